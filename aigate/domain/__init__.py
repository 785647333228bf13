"""The vocabulary: immutable values that need nothing but the standard library."""
