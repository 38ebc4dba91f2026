"""Slack over HTTP: signed events and slash commands in, Block Kit messages out.

events.py reads a payload, blocks.py and messages.py write an answer, post.py sends it, handlers.py joins them.
"""
