"""What Slack refuses: its limits, and its own Python models, held against messages, streams and dialogs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

FAULTS: list[str] = []
"""What was wrong with messages; tests of Slack end with it empty."""


def block_problem(message: Mapping[str, Any]) -> str | None:
    """Return the error Slack answers a message with, or None. What is wrong is noted in FAULTS, too."""
    error = _own_problem(message) or sdk_problem(message.get("blocks") or [])
    if error:
        FAULTS.append(f"{error}: {json.dumps(message)[:2_000]}")
    return error


def sdk_problem(blocks: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what Slack's own Python models (lengths, counts, required fields, keys) say against blocks, or None."""
    for block in blocks:
        parsed = Block.parse(dict(block))
        if parsed is None:
            return f"unknown block {block.get('type')}"
        try:
            parsed.validate_json()
        except SlackObjectFormationError as error:
            return f"{block['type']}: {error}"
        if unknown := set(block) - set(parsed.to_dict()):
            return f"{block['type']}: unknown keys {sorted(unknown)}"
    return None


def _own_problem(message: Mapping[str, Any]) -> str | None:
    """Limits: docs.slack.dev/reference/block-kit/blocks."""
    text, blocks = message.get("text", ""), message.get("blocks", [])
    if not message.get("channel"):
        return "channel_not_found"
    if not text and not blocks:
        return "no_text"
    if len(text) > 40_000:
        return "msg_too_long"
    if re.search(r"<(?![@#!]?\w)|&(?!amp;|lt;|gt;)", text) or "<!" in text or "<@" in text:
        return "unescaped_text"  # not Slack's: it would ping or link; a test must see it
    if len(blocks) > 50 or any(not block_is_valid(block) for block in blocks):
        return "invalid_blocks"
    if sum(block["type"] == "table" for block in blocks) > 1:
        return "invalid_attachments"
    return "msg_blocks_too_long" if size(blocks) > 11_000 else None


def chunk_problem(chunks: Any) -> str:
    """Return what is wrong with the chunks of a stream, or "". Of the kinds Slack has, Reggi sends blocks alone."""
    error = _own_chunk_problem(chunks) or next((e for c in chunks if (e := sdk_problem(c["blocks"]))), "")
    if error:
        FAULTS.append(error)
    return error


def _own_chunk_problem(chunks: Any) -> str:
    if not isinstance(chunks, list) or not chunks:
        return "invalid_chunks"
    known = all(chunk.get("type") == "blocks" and set(chunk) == {"type", "blocks"} for chunk in chunks)
    fits = known and all(0 < len(chunk["blocks"]) <= 50 for chunk in chunks)
    return (
        ""
        if fits and all(block_is_valid(b) for chunk in chunks for b in chunk["blocks"])
        else "invalid_chunks"
    )


def block_is_valid(block: Mapping[str, Any]) -> bool:
    """Return whether a block is one of those Reggi writes, within Slack's limits."""
    match block:
        case {"type": "header", "text": {"type": "plain_text", "text": text}}:
            return 0 < len(text) <= 150
        case {"type": "context", "elements": elements}:
            return 0 < len(elements) <= 10 and all(e["type"] == "plain_text" and e["text"] for e in elements)
        case {"type": "rich_text", "elements": elements}:
            return bool(elements) and size(block) <= 6_000 and all(map(_rich_is_valid, elements))
        case {"type": "table", "rows": rows}:
            cells = [cell for row in rows for cell in row]
            return (
                0 < len(rows) <= 100
                and {len(row) for row in rows} == {len(rows[0])}
                and len(rows[0]) <= 20
                and size(rows) <= 10_000
                and all(c["type"] in {"raw_text", "rich_text"} for c in cells)
            )
        case {"type": "section", "text": {"type": "plain_text", "text": text}}:
            return 0 < len(text) <= 3_000 and ("accessory" not in block or _pressable(block["accessory"]))
        case {"type": "actions", "elements": elements}:
            names = [element["action_id"] for element in elements]
            return (
                0 < len(elements) <= 25 and len(names) == len(set(names)) and all(map(_pressable, elements))
            )
        case {"type": "context_actions", "elements": [{"type": "feedback_buttons", **element}]}:
            pair = [element["positive_button"], element["negative_button"]]
            return all(0 < len(b["text"]["text"]) <= 75 and 0 < len(b["value"]) <= 2_000 for b in pair)
    return False


def _pressable(element: Mapping[str, Any]) -> bool:
    """Return whether a button or menu is within Slack's limits (docs.slack.dev/reference/block-kit/block-elements)."""
    match element:
        case {"type": "button", "text": {"type": "plain_text", "text": text}, "value": value}:
            return 0 < len(text) <= 75 and 0 < len(value) <= 2_000
        case {"type": "static_select", "placeholder": {"type": "plain_text", "text": prompt}}:
            groups = element.get("option_groups", [{"options": element.get("options", [])}])
            options = [option for group in groups for option in group["options"]]
            values = [option["value"] for option in options]
            return (
                0 < len(prompt) <= 150
                and len(groups) <= 100
                and all(0 < len(group["options"]) <= 100 for group in groups)
                and len(values) == len(set(values))
                and all(0 < len(o["text"]["text"]) <= 75 and 0 < len(o["value"]) <= 75 for o in options)
            )
    return False


def view_is_valid(view: Mapping[str, Any]) -> bool:
    """Return whether a dialog is one Slack opens (docs.slack.dev/reference/views/modal-views)."""
    short = [view[name]["text"] for name in ("title", "submit", "close")]
    fields = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    return (
        view["type"] == "modal"
        and all(0 < len(text) <= 24 for text in short)
        and len(view["private_metadata"]) <= 3_000
        and all(len(f.get("initial_value", "")) <= f["max_length"] <= 3_000 for f in fields)
    )


def _rich_is_valid(element: Mapping[str, Any]) -> bool:
    inner = element["elements"]
    if element["type"] == "rich_text_list":
        return bool(inner) and all(
            item["type"] == "rich_text_section" and _rich_is_valid(item) for item in inner
        )
    known = element["type"] in {"rich_text_section", "rich_text_quote"}
    return known and bool(inner) and all(
        (e["type"] == "text" and e["text"]) or (e["type"] == "link" and e["url"].startswith("http"))
        or (e["type"] == "user" and e["user_id"].startswith("U")) for e in inner
    )  # fmt: skip


def size(value: Any) -> int:
    """Return the characters of all texts and addresses, counted apart from the code under test."""
    return sum(
        len(json.loads(f'"{found}"'))
        for found in re.findall(r'"(?:text|url)": "((?:[^"\\]|\\.)*)"', json.dumps(value))
    )
