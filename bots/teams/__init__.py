"""Microsoft Teams over the Bot Framework: activities with checked tokens in; Markdown, citations and cards out.

handlers.py takes requests, activities.py and invokes.py read them, answering.py answers and live.py shows an answer growing.
messages.py, cards.py and controls.py write, clicks.py does what is pressed, choosing.py sets what holds in a channel,
extension.py is the message extension, tokens.py and service_urls.py decide who is let in, pace.py keeps to Teams' limits,
package.py makes what is uploaded to Teams. What a feature does is decided in `bots/` for every channel; here it is translated.

Context: botbuilder-core works, but its support ended on 2025-12-31; the successor is the Microsoft 365 Agents
SDK (`microsoft-agents-*`). Decision: the SDK checks tokens and logs in, in tokens.py, credentials.py and adapter.py alone, and none
of its types leaves them; activities are plain JSON on both ways. Consequence, a move would change:

- tokens.py: the SDK's `JwtTokenValidator` takes the place of `BotFrameworkAuthentication`. The order stays: token, then
  service address, then our code. The wrapping that turns every failure into 401 or 403 stays too.
- credentials.py: becomes settings of its `MsalConnectionManager`, which knows secrets and managed identities.
- adapter.py: `Account`, which joins the two. The four calls that it makes to Teams are ours and stay.
- All others: nothing; they know the wire format, not the SDK. Streaming stays ours: the successor's `StreamingResponse` sends
  words as they come, not parts that were verified.
"""
