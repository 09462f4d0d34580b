"""What the quality head learns from: clean sources, graded damage to them, and sounds nobody calls good."""
