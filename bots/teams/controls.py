"""What can be pressed below an answer, and what a press turns its card into.

Every button is an `Action.Execute`: Teams sends it with the id of the message the card stands in, by which the answer is found
again, and puts the card that comes back in the place of the old one, for whoever pressed.
"""

from __future__ import annotations

from bots.offers import (
    CHOOSE_RIGHT_STATE,
    CHOOSE_STATE,
    PROMPTS,
    WHAT_WAS_WRONG,
    WHICH_STATE,
    Offers,
    place_groups,
)
from bots.remembered import REASONS, Choices
from bots.teams.cards import VERSION, Card, card, rich, run

QUESTION_TEXT = 3_000


def controls(offers: Offers, personal: bool) -> Card | None:
    """Return the card below an answer, None where nothing is offered. In a personal chat a follow-up is just written."""
    if offers.choose_state:
        return chooser(CHOOSE_STATE)
    buttons = [
        *([execute("Wrong state?", "wrong_state")] if offers.wrong_state else []),
        *([execute("Show the statute text", "statute")] if offers.statute else []),
        *([_follow_up()] if offers.follow_up and not personal else []),
    ]
    return card([], buttons, wide=False) if buttons else None


def chooser(prompt: str, lead: str = "", back: bool = False) -> Card:
    """Return a card to choose a jurisdiction from a list that narrows down as one types."""
    choices = [{"title": name, "value": code} for _, places in place_groups() for code, name in places]
    field: Card = {
        "type": "Input.ChoiceSet",
        "id": "place",
        "style": "filtered",
        "label": prompt,
        "placeholder": "Type a name, for example Minnesota",
        "isRequired": True,
        "errorMessage": "Choose a state from the list.",
        "choices": choices,
    }
    said = [rich([run(lead)])] if lead else []
    buttons = [execute("Answer", "place", style="positive")]
    if back:
        buttons.append(execute("Cancel", "back", associatedInputs="none"))
    return card([*said, field], buttons, wide=False)


def right_state_chooser() -> Card:
    """Return the card that "Wrong state?" turns the buttons into."""
    return chooser(CHOOSE_RIGHT_STATE, WHICH_STATE, back=True)


def text_page(page: tuple[Card, ...], number: int, of: int) -> Card:
    """Return a page of statute text in the place of the buttons, with the way on and back."""
    buttons = [
        *([execute("Previous page", "statute", {"page": str(number - 1)})] if number else []),
        *([execute("Next page", "statute", {"page": str(number + 1)})] if number + 1 < of else []),
        execute("Close", "back"),
    ]
    where = [rich([run(f"Page {number + 1} of {of}", subtle=True)])] if of > 1 else []
    return card([*page, *where], buttons)


def told(text: str, back: bool = False) -> Card:
    """Return a card that says one thing."""
    return card([rich([run(text)])], [execute("Back", "back")] if back else [], wide=False)


def prompts() -> Card:
    """Return what one could ask, to be pressed, for chats where many talk."""
    return card(
        [], [execute(title, "ask", {"question": question}) for title, question in PROMPTS], wide=False
    )


def reason_form(number: int) -> Card:
    """Return the form behind a thumb that points down; `number` is that of the click its reason belongs to."""
    field: Card = {
        "type": "Input.ChoiceSet",
        "id": "reason",
        "style": "expanded",
        "label": WHAT_WAS_WRONG,
        "isRequired": True,
        "errorMessage": "Choose a reason.",
        "choices": [{"title": text, "value": f"{reason}:{number}"} for reason, text in REASONS.items()],
    }
    return card([field], [{"type": "Action.Submit", "title": "Send"}], wide=False)


def switches(choices: Choices) -> Card:
    """Return what holds in a channel, with the switch."""
    places = ", ".join(choices.defaults) or "none"
    now = (
        "Follow-ups: I answer every message in threads I answered in."
        if choices.follow_ups
        else "Mention only: I answer here only when somebody mentions me."
    )
    default = f"Default state here: {places}. To change it, mention me with: default CA, or: default none."
    title, wanted = ("Turn off", "off") if choices.follow_ups else ("Answer follow-ups too", "on")
    button = execute(title, "switch", {"follow_ups": wanted})
    return card([rich([run(default)]), rich([run(now)])], [button], wide=False)


def question_form(text: str = "", lead: str = "") -> Card:
    """Return the dialog that asks for a question; `text` stands in it already."""
    said = [rich([run(lead)])] if lead else []
    field = _question_field("Your question (name the state)") | (
        {"value": text[:QUESTION_TEXT]} if text else {}
    )
    return card([*said, field], [{"type": "Action.Submit", "title": "Ask"}], wide=False)


def execute(title: str, verb: str, data: dict[str, str] | None = None, **settings: str) -> Card:
    """Return a button that comes back to us as `verb`."""
    carried = {"data": data} if data else {}
    return {"type": "Action.Execute", "title": title, "verb": verb, **carried, **settings}


def _follow_up() -> Card:
    asks = {
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": [_question_field("What else do you want to know?")],
        "actions": [execute("Ask", "follow_up")],
    }
    return {"type": "Action.ShowCard", "title": "Ask a follow-up", "card": asks}


def _question_field(label: str) -> Card:
    return {
        "type": "Input.Text",
        "id": "question",
        "label": label,
        "isMultiline": True,
        "maxLength": QUESTION_TEXT,
        "isRequired": True,
        "errorMessage": "Type a question.",
    }
