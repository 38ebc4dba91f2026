"""Microsoft Teams over the Bot Framework: activities with checked tokens in, Markdown messages with citations out.

activities.py reads an activity, messages.py writes an answer, tokens.py and service_urls.py decide who is let
in, adapter.py sends, handlers.py joins them.

Context: botbuilder-core works, but its support ended on 2025-12-31; the successor is the Microsoft 365 Agents
SDK (`microsoft-agents-*`). Decision: botbuilder is imported in adapter.py, tokens.py and entities.py alone,
and none of its types leaves them except the adapter. Consequence, a move would change:

- adapter.py: `CloudAdapterBase` becomes the Agents SDK's `ChannelServiceAdapter`; credentials become its
  `MsalConnectionManager`; `continue_conversation` keeps its name and takes the same reference.
- tokens.py: its `JwtTokenValidator` takes the place of `BotFrameworkAuthentication`. The order stays: token, then
  service address, then our code. The wrapping that turns every failure into 401 or 403 stays too.
- entities.py: goes; the successor's pydantic activities keep unknown fields, where botbuilder's `Entity` drops them.
- activities.py, messages.py, service_urls.py, handlers.py: nothing; they know the wire format, not the SDK.
"""
