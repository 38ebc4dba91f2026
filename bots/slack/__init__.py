"""Slack: requests in over HTTP or Socket Mode, Block Kit messages out.

requests.py says which requests are Slack's and handlers.py takes them; events.py and interactions.py read them, delivered.py
puts them into the inbox. answering.py answers what tasks.py describes, live.py shows an answer growing, clicks.py does what is
pressed. blocks.py, messages.py and controls.py write, post.py sends; calls.py and retries.py know how calls fail. choosing.py
sets what holds in a channel, home.py and agent.py are Slack's own surfaces; account.py is for one workspace, installations.py
and vault.py are for many.
"""
