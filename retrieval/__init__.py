"""From a question to a cited answer. Start reading in pipeline.py."""
