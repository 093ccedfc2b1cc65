"""The finance office's pages in the console."""
