"""What the bot says of its own, as shipped."""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from collections.abc import Mapping

__all__ = ["BOT_TEXTS"]

BOT_TEXTS: Mapping[str, Mapping[str, str]] = {
    "greeting": {
        "en": 'Hello, this is our automatic assistant. Write "human" at any time to reach a person.',
        "zh": "您好，这里是智能助手。随时回复“转人工”，即可联系人工客服。",
        "zh-Hant": "您好，這裡是智慧助理。隨時回覆「轉人工」，即可聯絡人工客服。",
    },
    "unknown": {
        "en": "I am not sure that I understand. Could you say it in other words?",
        "zh": "抱歉，我没有理解您的问题，可以换一种说法吗？",
        "zh-Hant": "抱歉，我沒有理解您的問題，可以換一種說法嗎？",
    },
    "again": {
        "en": "That is not what I can use here. Once more, please:",
        "zh": "抱歉，我无法识别您的回答，请再试一次：",
        "zh-Hant": "抱歉，我無法辨識您的回答，請再試一次：",
    },
    "distress": {
        "en": "I am sorry that you have to go through this.",
        "zh": "非常理解您现在的心情，给您带来困扰，我们很抱歉。",
        "zh-Hant": "非常理解您現在的心情，給您帶來困擾，我們很抱歉。",
    },
    "offer": {
        "en": 'If you would rather talk to a person, write "human".',
        "zh": "如需人工客服，请回复“转人工”。",
        "zh-Hant": "如需人工客服，請回覆「轉人工」。",
    },
    "hand_over": {
        "en": "A colleague will go on from here. They can see everything that you have written; you need not repeat it.",
        "zh": "已为您转接人工客服。您之前提供的内容同事都能看到，无需重复说明。",
        "zh-Hant": "已為您轉接人工客服。您之前提供的內容同事都能看到，無需重複說明。",
    },
    "done": {
        "en": "Thank you, that is all I need.",
        "zh": "谢谢，信息已经齐全。",
        "zh-Hant": "謝謝，資訊已經齊全。",
    },
}
"""Occasion → language → words."""
