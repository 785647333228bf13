"""Reads model files byte by byte and says what loading them would do; nothing is ever loaded."""
