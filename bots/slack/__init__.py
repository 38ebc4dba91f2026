"""Slack: requests in over HTTP or Socket Mode, Block Kit messages out.

handlers.py takes requests, events.py and clicks.py read them, delivered.py puts them into the inbox, answering.py answers,
blocks.py, messages.py and controls.py write, post.py sends. choosing.py sets what holds in a channel, home.py and agent.py
are Slack's own surfaces, installations.py and vault.py are for many workspaces.
"""
