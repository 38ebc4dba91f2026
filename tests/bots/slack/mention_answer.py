"""The blocks of the answer in tests/bots/answers.py, written out by hand as Slack is to get them."""

from __future__ import annotations

MENTION_ANSWER = [
    {
        "type": "header",
        "text": {
            "type": "plain_text",
            "text": "Using customer data for marketing in Minnesota",
            "emoji": False,
        },
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {
                        "type": "text",
                        "text": "Yes, with conditions: people may opt out of targeted advertising.",
                    },
                    {"type": "text", "text": " "},
                    {
                        "type": "link",
                        "url": "https://www.revisor.mn.gov/statutes/cite/325M.14",
                        "text": "[1.1]",
                    },
                    {"type": "text", "text": " "},
                    {
                        "type": "link",
                        "url": "https://www.revisor.mn.gov/statutes/cite/325M.16",
                        "text": "[1.2]",
                    },
                    {"type": "text", "text": "\n"},
                ],
            }
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {
                        "type": "text",
                        "text": "Minnesota Consumer Data Privacy Act (in force since 2025-07-31)\n",
                        "style": {"bold": True},
                    }
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {
                                "type": "text",
                                "text": "A controller must obtain consent before it processes sensitive data.",
                            },
                            {"type": "text", "text": " "},
                            {
                                "type": "link",
                                "url": "https://www.revisor.mn.gov/statutes/cite/325M.16",
                                "text": "[1.2]",
                            },
                        ],
                    },
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "A consumer may opt out of the sale of personal data."},
                            {"type": "text", "text": " "},
                            {
                                "type": "link",
                                "url": "https://www.revisor.mn.gov/statutes/cite/325M.14",
                                "text": "[1.1]",
                            },
                        ],
                    },
                ],
            },
        ],
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "Other laws that matter\n", "style": {"bold": True}}],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "A commercial email needs a working way to opt out."},
                            {"type": "text", "text": " "},
                            {
                                "type": "link",
                                "url": "https://www.law.cornell.edu/uscode/text/15/7704",
                                "text": "[2.1]",
                            },
                        ],
                    }
                ],
            },
        ],
    },
    {"type": "header", "text": {"type": "plain_text", "text": "Conclusion", "emoji": False}},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Offer the opt-out before you start."},
                    {"type": "text", "text": " "},
                    {
                        "type": "link",
                        "url": "https://www.revisor.mn.gov/statutes/cite/325M.14",
                        "text": "[1.1]",
                    },
                    {"type": "text", "text": "\n"},
                ],
            }
        ],
    },
    {"type": "header", "text": {"type": "plain_text", "text": "Source(s):", "emoji": False}},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "[1.1] ", "style": {"bold": True}},
                            {
                                "type": "link",
                                "url": "https://www.revisor.mn.gov/statutes/cite/325M.14",
                                "text": "Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.14 — Consumer rights",
                            },
                            {
                                "type": "text",
                                "text": " (official link, in force since 2025-07-31, reviewed 2026-11-21)",
                            },
                        ],
                    },
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "[1.2] ", "style": {"bold": True}},
                            {
                                "type": "link",
                                "url": "https://www.revisor.mn.gov/statutes/cite/325M.16",
                                "text": "Minnesota Consumer Data Privacy Act, Minn. Stat. § 325M.16 — Controller duties",
                            },
                            {
                                "type": "text",
                                "text": " (official link, in force since 2025-07-31, reviewed 2026-11-21)",
                            },
                        ],
                    },
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "[2.1] ", "style": {"bold": True}},
                            {
                                "type": "link",
                                "url": "https://www.law.cornell.edu/uscode/text/15/7704",
                                "text": "CAN-SPAM Act, 15 U.S.C. § 7704 — Other protections for users",
                            },
                            {
                                "type": "text",
                                "text": " (official link, official text, in force since 2004, reviewed 2026-11-21)",
                            },
                        ],
                    },
                ],
            }
        ],
    },
    {
        "type": "context",
        "elements": [
            {"type": "plain_text", "text": "Jurisdiction: Minnesota — named in your question", "emoji": False}
        ],
    },
    {
        "type": "context",
        "elements": [
            {
                "type": "plain_text",
                "text": "Information, not legal advice. Law as of 2026-11-21.",
                "emoji": False,
            }
        ],
    },
]
