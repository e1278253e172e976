"""One file per page of the sidebar."""
