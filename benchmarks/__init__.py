"""What matters to users, measured: each file is one command."""
