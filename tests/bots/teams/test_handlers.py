"""Teams' requests into the running server, whole activities out of it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest

from bots.attempts import ASK_AGAIN, KEEP_TRYING
from bots.turn import BROKEN
from retrieval.errors import StoreUnavailable
from tests.bots.answers import MINNESOTA, long_answer, survey
from tests.bots.conftest import until
from tests.bots.fake_teams import payload
from tests.bots.teams.conftest import TeamsWorld

CONTROLS = {
    "contentType": "application/vnd.microsoft.card.adaptive",
    "content": {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": [],
        "actions": [
            {"type": "Action.Execute", "title": "Wrong state?", "verb": "wrong_state"},
            {"type": "Action.Execute", "title": "Show the statute text", "verb": "statute"},
        ],
    },
}
CHAT = "3de2dfb3-10ab-46ff-bf61-dd5b827c1ef0"
BOT = {"id": "00000000-0000-0000-0000-00000000000011", "name": "Test Bot"}
TEXT = """\
**Using customer data for marketing in Minnesota**

Yes, with conditions: people may opt out of targeted advertising. [1.1] [1.2]

**Minnesota Consumer Data Privacy Act (in force since 2025-07-31)**

- A controller must obtain consent before it processes sensitive data. [1.2]
- A consumer may opt out of the sale of personal data. [1.1]

**Other laws that matter**

- A commercial email needs a working way to opt out. [2.1]

**Conclusion**

Offer the opt-out before you start. [1.1]

**Source(s):**

**[1.1]** [Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.14 — Consumer rights](https://www.revisor.mn.gov/statutes/cite/325M.14) (official link, in force since 2025-07-31, reviewed 2026-11-21) [1]

**[1.2]** [Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.16 — Controller duties](https://www.revisor.mn.gov/statutes/cite/325M.16) (official link, in force since 2025-07-31, reviewed 2026-11-21) [2]

**[2.1]** [CAN-SPAM Act, 15 U.S.C. § 7704 — Other protections for users](https://www.law.cornell.edu/uscode/text/15/7704) (official link, official text, in force since 2004, reviewed 2026-11-21) [3]

**Jurisdiction:** Minnesota — named in your question

Information, not legal advice. Law as of 2026-11-21."""
ENTITY = {
    "type": "https://schema.org/Message",
    "@type": "Message",
    "@context": "https://schema.org",
    "@id": "",
    "additionalType": ["AIGeneratedContent"],
    "usageInfo": {
        "@type": "CreativeWork",
        "name": "Information, not legal advice",
        "description": "Read the sources and ask your counsel before you act on this. What I do not know, I say.",
    },
    "citation": [
        {
            "@type": "Claim",
            "position": 1,
            "appearance": {
                "@type": "DigitalDocument",
                "name": "1.1 Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.14 — Consumer rights",
                "abstract": "Yes, with conditions: people may opt out of targeted advertising.",
                "url": "https://www.revisor.mn.gov/statutes/cite/325M.14",
            },
        },
        {
            "@type": "Claim",
            "position": 2,
            "appearance": {
                "@type": "DigitalDocument",
                "name": "1.2 Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.16 — Controller …",
                "abstract": "Yes, with conditions: people may opt out of targeted advertising.",
                "url": "https://www.revisor.mn.gov/statutes/cite/325M.16",
            },
        },
        {
            "@type": "Claim",
            "position": 3,
            "appearance": {
                "@type": "DigitalDocument",
                "name": "2.1 CAN-SPAM Act, 15 U.S.C. § 7704 — Other protections for users",
                "abstract": "A commercial email needs a working way to opt out.",
                "url": "https://www.law.cornell.edu/uscode/text/15/7704",
            },
        },
    ],
}


async def test_personal_message_gets_typing_and_the_whole_answer(teams: TeamsWorld) -> None:
    response = await teams.send(payload("personal_message", teams.teams_url))
    assert (response.status, await response.text()) == (202, "")
    await teams.settled()
    typing, message, controls = teams.teams.sent
    assert typing["type"] == "typing"
    assert message == {
        "type": "message",
        "text": TEXT,
        "textFormat": "markdown",
        "entities": [ENTITY],
        "channelId": "msteams",
        "serviceUrl": teams.teams_url,
        "conversation": {
            "conversationType": "personal",
            "id": CHAT,
        },
        "from": BOT,
        "recipient": {
            "id": "user-id-0",
            "name": "Alex Wilber",
            "aadObjectId": "00000000-0000-0000-0000-0000000000020",
        },
    }
    assert controls["attachments"] == [CONTROLS]
    assert controls["channelData"] == {"feedbackLoop": {"type": "custom"}}
    assert controls["entities"] == []  # nobody made buttons up
    assert teams.teams.paths == [f"/v3/conversations/{CHAT}/activities"] * 3
    assert teams.brain.asked[0].text == "Can I use customer data for marketing in Minnesota?"


async def test_acknowledged_before_the_answer_is_looked_up(teams: TeamsWorld) -> None:
    teams.brain.seconds = 0.5
    began = time.perf_counter()
    await teams.send(payload("personal_message", teams.teams_url))
    assert time.perf_counter() - began < 0.4
    await until(lambda: bool(teams.teams.messages))


@pytest.mark.parametrize(
    ("name", "conversation", "question"),
    [
        ("channel_mention", "team-id;messageid=1795286084491", "customer data"),
        ("group_mention", "a34c2a29-5d94-4a7b-8e67-21a0f4074cc5", "customer data in Minnesota?"),
    ],
)
async def test_mention_is_answered_in_its_thread_without_the_mention(
    teams: TeamsWorld, name: str, conversation: str, question: str
) -> None:
    await teams.send(payload(name, teams.teams_url))
    await teams.settled()
    (message,) = teams.texts
    assert message["conversation"]["id"] == conversation
    assert "replyToId" not in message
    assert teams.brain.asked[0].text == question


@pytest.mark.parametrize("name", ["reaction"])
async def test_what_asks_nothing_is_acknowledged_and_not_answered(teams: TeamsWorld, name: str) -> None:
    response = await teams.send(payload(name, teams.teams_url))
    assert response.status == 202
    await teams.settled()
    assert not teams.teams.sent


async def test_channel_message_without_mention_is_not_answered(teams: TeamsWorld) -> None:
    body = payload("channel_mention", teams.teams_url) | {"entities": [], "text": "lunch?"}
    assert (await teams.send(body)).status == 202
    await teams.settled()
    assert not teams.teams.sent


async def test_invoke_that_is_not_offered_is_answered_as_such(teams: TeamsWorld) -> None:
    body = payload("personal_message", teams.teams_url) | {"type": "invoke", "name": "task/fetch"}
    assert (await teams.send(body)).status == 501


async def test_duplicated_delivery_is_answered_once(teams: TeamsWorld) -> None:
    body = payload("personal_message", teams.teams_url)
    await asyncio.gather(*(teams.send(body) for _ in range(10)))
    await teams.settled()
    assert len(teams.texts) == len(teams.brain.asked) == 1


async def test_follow_up_knows_the_earlier_question(teams: TeamsWorld) -> None:
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    await teams.send(payload("personal_message", teams.teams_url) | {"id": "2", "text": "and the deadline?"})
    await teams.settled()
    assert teams.brain.asked[1].history == ("Can I use customer data for marketing in Minnesota?",)


@pytest.mark.parametrize("text", ["", "  ", None, "\u0000\u200b"])
async def test_empty_message_gets_a_friendly_sentence(teams: TeamsWorld, text: str | None) -> None:
    await teams.send(payload("personal_message", teams.teams_url) | {"text": text})
    await teams.settled()
    (message,) = teams.texts
    assert "for example" in message["text"] or "I did not see a question" in message["text"]
    assert message["entities"] == []  # nothing generated, so no label
    assert not teams.brain.asked


@pytest.mark.parametrize(
    ("error", "said"),
    [(StoreUnavailable("disk 7 gone"), StoreUnavailable.plain), (KeyError("disk 7"), BROKEN)],
)
async def test_broken_brain_is_told_in_a_plain_sentence(
    teams: TeamsWorld, error: Exception, said: str
) -> None:
    teams.brain.error = error
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    assert teams.texts[0]["text"] == f"{said.removesuffix(ASK_AGAIN)}{KEEP_TRYING}"


async def test_answer_that_cannot_be_written_is_told_in_a_plain_sentence(teams: TeamsWorld) -> None:
    teams.brain.answer_with = replace(MINNESOTA, notices=(None,))  # type: ignore[arg-type]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    assert [message["text"] for message in teams.texts] == [BROKEN]


async def test_long_answer_is_split_and_loses_nothing(teams: TeamsWorld) -> None:
    answer = teams.brain.answer_with = long_answer()
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    texts = [message["text"] for message in teams.texts]
    said = "\n".join(texts)
    assert len(texts) > 1
    assert texts[0].endswith(f"(1 of {len(texts)})")
    assert all(len(json.dumps(message)) < 80_000 for message in teams.teams.messages)
    assert all(said.count(f"{s.text} [") == 1 for section in answer.sections for s in section.statements)
    assert all(said.count(f"**[{source.mark}]**") == 1 for source in answer.sources)
    cited = [message["entities"][0]["citation"] for message in teams.texts]
    assert max(map(len, cited)) == 10


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_busy_teams_is_asked_again(teams: TeamsWorld, status: int) -> None:
    teams.teams.statuses = [202, status]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    assert len(teams.texts) == 1


async def test_refused_citations_do_not_cost_the_answer(teams: TeamsWorld) -> None:
    teams.teams.statuses = [202, 400]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    (message,) = teams.texts
    assert (message["text"], message["entities"]) == (TEXT, [])


async def test_refused_buttons_do_not_cost_the_answer(teams: TeamsWorld) -> None:
    teams.teams.statuses = [202, 201, 400]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    (message,) = teams.teams.messages
    assert message["entities"][0]["citation"]


async def test_refused_table_is_told_in_words(teams: TeamsWorld) -> None:
    teams.brain.answer_with = survey(3)
    teams.teams.statuses = [202, 201, 413]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    assert "**State S1**" in teams.texts[1]["text"]
    assert "Source(s)" in teams.texts[2]["text"]


async def test_refused_typing_does_not_cost_the_answer(teams: TeamsWorld) -> None:
    teams.teams.statuses = [403]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    assert len(teams.texts) == 1


async def test_message_that_teams_does_not_take_harms_nothing_else(teams: TeamsWorld) -> None:
    teams.teams.statuses = [202, 403]
    await teams.send(payload("personal_message", teams.teams_url))
    await teams.settled()
    await teams.send(payload("personal_message", teams.teams_url) | {"id": "2"})
    await teams.settled()
    assert len(teams.texts) == 1


@pytest.mark.parametrize(
    "service_url",
    [
        "https://evil.example/", "http://smba.trafficmanager.net/", "https://evil.trafficmanager.net/", "", None, 7,
        "https://smba.trafficmanager.net@evil.example/", "https://evil.example/.botframework.com", "ftp://127.0.0.1/",
        "https://botframework.com.evil.example/", "http://[::1", "http://169.254.169.254/", "https://127.0.0.1@evil.example",
    ],
)  # fmt: skip
async def test_answers_go_to_no_strange_address(teams: TeamsWorld, service_url: object) -> None:
    response = await teams.send(payload("personal_message", "") | {"serviceUrl": service_url})
    assert response.status == 403
    await teams.settled()
    assert not teams.brain.asked


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", "7", '"message"', "{}", '{"type": 5}', "[" * 100_000,
        '{"type": "message", "id": "1", "serviceUrl": "SERVICE", "conversation": {"id": "c"}, "from": "x", "recipient": 7}',
        '{"type": "message", "id": "1", "serviceUrl": "SERVICE", "conversation": {"id": "c", "isGroup": {}}, "entities": 5, "channelData": []}',
        '{"type": "message", "id": {}, "serviceUrl": "SERVICE", "conversation": [], "text": {"a": 1}}',
        '{"type": "message", "id": "1", "serviceUrl": "SERVICE", "conversation": {"id": "c"}, "timestamp": "yesterday", "locale": 7, "text": ["x"]}',
    ],
)  # fmt: skip
async def test_nonsense_is_never_a_fault_of_the_server(teams: TeamsWorld, body: str) -> None:
    response = await teams.http.post(
        f"{teams.url}/api/messages",
        data=body.replace("SERVICE", teams.teams_url).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status < 500
    await teams.settled()
