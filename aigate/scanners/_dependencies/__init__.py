"""What the scanner of dependencies is made of: readers of lists, known names, near names."""
