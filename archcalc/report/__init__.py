"""What people and programs get to see: the table as text, JSON, Markdown and CSV, and diagnostics."""
