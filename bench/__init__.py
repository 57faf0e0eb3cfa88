"""How fast is it, beside the floor that the same machine gives in the same minute? `make bench`, or `-m bench NAME`."""
