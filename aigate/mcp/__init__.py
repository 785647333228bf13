"""The gate as tools that a coding agent asks, over the Model Context Protocol; advice, no verdict."""
