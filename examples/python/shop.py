"""What the examples' agents work with: an order, and refunds that are appended to a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def look_up_order(order_id: str) -> dict[str, Any]:
    """Looks an order up."""
    return {"order_id": order_id, "paid": True, "amount": 120}


def refund(order_id: str, amount: float) -> dict[str, Any]:
    """Pays money back. It cannot be undone."""
    done = {"order_id": order_id, "amount": amount}
    with Path(os.environ.get("REFUNDS", "refunds.jsonl")).open("a") as file:
        file.write(json.dumps(done) + "\n")
    return {"refunded": done}
