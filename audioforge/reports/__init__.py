"""Reports: pure functions of their inputs that render to HTML, JSON and Markdown."""
