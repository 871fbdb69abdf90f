"""Values that everybody may read, and the words in which they come."""

import string
from collections.abc import Callable
from random import Random

from triage.wild.secrets import base58check_of

__all__ = ["FINAL", "HELD_OUT", "TUNED", "VALUES"]


def _hex(size: int) -> Callable[[Random], str]:
    return lambda rng: "".join(rng.choice("0123456789abcdef") for _ in range(size))


def _number(size: int) -> Callable[[Random], str]:
    return lambda rng: str(rng.randint(1, 9)) + "".join(rng.choice(string.digits) for _ in range(size - 1))


def _bech32(rng: Random) -> str:
    return "bc1q" + "".join(rng.choice("023456789acdefghjklmnpqrstuvwxyz") for _ in range(38))


def _prefixed_hash(rng: Random) -> str:
    return f"0x{_hex(64)(rng)}"


def _account(rng: Random) -> str:
    return f"0x{_hex(40)(rng)}"


def _base58_address(rng: Random) -> str:
    return base58check_of(b"\0" + rng.randbytes(20))


VALUES: dict[str, Callable[[Random], str]] = {
    "hash": _hex(64),
    "0x hash": _prefixed_hash,
    "address": lambda rng: rng.choice((_account, _bech32, _base58_address))(rng),
    "order": lambda rng: _number(rng.choice((6, 8, 10, 12, 16, 18, 18)))(rng),
    "number": _number(6),
    "postal": lambda rng: str(rng.randint(110001, 855117)),
    "amount": lambda rng: str(rng.randint(1000, 99999)),
    "uuid": lambda rng: "-".join(_hex(size)(rng) for size in (8, 4, 4, 4, 12)),
    "date": lambda rng: f"20{rng.randint(20, 26)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "commit": _hex(40),
}

TUNED: dict[str, tuple[str, ...]] = {
    "hash": (
        "tx hash: {}",
        "{}",
        "transaction {} is pending",
        "交易哈希 {}",
        "hash de la transacción: {}",
        "TxID {}",
    ),
    "0x hash": ("{}", "see transaction {}", "my private key is safe, the tx is {}", "交易 {}"),
    "address": ("{}", "I sent it to {}", "地址是{}", "my password is fine, address {}", "dirección: {}"),
    "order": (
        "order {}",
        "Order number: {}",
        "订单号：{}",
        "order #{} not delivered",
        "pedido {}",
        "Bestellnummer {}",
        "ticket {}",
        "заказ {}",
        "注文番号 {}",
    ),
    "number": (
        "2026-03-02 09:00:00.123456 ERROR c.e.A - code={} msg=timeout",
        "code {} error on login page",
        "error code {}",
        "Fehlercode {}",
        "código de error {}",
        "错误代码 {}",
        "код ошибки {}",
        "I never received the verification code for order {}",
        "status code: {}",
        "promo code {}",
    ),
    "postal": (
        "PIN {} Bangalore",
        "PIN Code: {}, Karnataka",
        "zip code {}",
        "código postal {}",
        "Postleitzahl {}",
    ),
    "amount": (
        "I paid {} USD with my card",
        "code {} usdt",
        "the pin pad charged me {} rupees",
        "{} users use a password",
    ),
    "uuid": ("request id {}", "trace {}", "session {}"),
    "date": ("verification code on {}", "my password expired on {}", "验证码错误，{}"),
    "commit": ("commit {}", "sha1 {}"),
}
HELD_OUT: dict[str, tuple[str, ...]] = {
    "hash": (
        "the hash is {}",
        "txn {}",
        "Here: https://etherscan.io/tx/{}",
        "hash giao dịch {}",
        "транзакция {}",
        "block {} was orphaned",
        "sha256: {}",
        "my wallet sent {} yesterday",
    ),
    "0x hash": ("tx={}", "transaction hash: {} please check", "{} still pending", "İşlem {}"),
    "address": (
        "withdraw to {} please",
        "wallet address: {}",
        "my deposit address is {}",
        "адрес {}",
        "收款地址 {}",
        "from {} to my account",
    ),
    "order": (
        "my order no. {}",
        "Invoice {}",
        "tracking number {}",
        "número de pedido: {}",
        "n° de commande {}",
        "sipariş {}",
        "mã đơn hàng {}",
        "nomor pesanan {}",
        "주문번호 {}",
        "工单 {}",
        "reference {}",
        "booking {} is wrong",
        "numer zamówienia {}",
    ),
    "number": (
        "[INFO] 12:00:01 handler finished code={} user=7",
        "exit code {}",
        "HTTP status {}",
        "the login page shows error {}",
        "hata kodu {}",
        "code d'erreur {}",
        "エラーコード {}",
        "오류 코드 {}",
        "mã lỗi {}",
        "product code {}",
        "my user id is {} and my password does not work",
        "ticket {}: verification code not received",
        "case {} about my PIN",
    ),
    "postal": (
        "Pin {} Mumbai, Maharashtra",
        "12 MG Road, Bengaluru, PIN: {}",
        "postcode {}",
        "邮编 {}",
        "почтовый индекс {}",
        "CEP {}",
    ),
    "amount": (
        "fee of {} satoshi",
        "I lost {} euros",
        "he asked for {} dollars and my PIN",
        "password reset cost {} points",
    ),
    "uuid": ("correlation-id: {}", "order id {}", "device {}"),
    "date": ("the code expired {}", "PIN changed on {}", "born {}"),
    "commit": ("git checkout {}", "revision {}"),
}
FINAL: dict[str, tuple[str, ...]] = {
    "hash": (
        "deposit tx {}",
        "Transaktion {}",
        "hash: {} not confirmed",
        "交易 {} 还没到账",
        "{} is stuck for two days",
        "İşlem hash {}",
    ),
    "0x hash": ("please check {}", "tx {} failed", "https://bscscan.com/tx/{}"),
    "address": ("send to {}", "my address {} got nothing", "Adresse: {}", "充值地址：{}", "endereço {}"),
    "order": (
        "Order ID {}",
        "order {} cancelled",
        "sale {} never came",
        "case no {}",
        "Auftrag {}",
        "numéro de commande : {}",
        "номер заказа {}",
        "订单 {} 未完成",
        "pesanan {}",
        "注文 {} について",
        "주문 {} 취소",
        "RMA {}",
    ),
    "number": (
        "code={} level=error",
        "ERROR {} while saving",
        "returned code {}",
        "Fehler {} beim Login",
        "error {} aparece al entrar",
        "返回错误 {}",
        "discount code {}",
        "invoice {} and my password reset",
        "the verification code for ticket {} did not come",
        "sort code {}",
    ),
    "postal": ("PIN-{} Chennai", "pincode {} Delhi", "Postal code {}", "PLZ {}", "Kolkata PIN {} India"),
    "amount": (
        "withdraw {} USDT",
        "{} people have this problem",
        "I sent {} EUR yesterday",
        "charged {} rupees with PIN",
    ),
    "uuid": ("ticket {}", "job {}", "uuid={}"),
    "date": ("since {} my password is rejected", "OTP not received on {}", "PIN blocked {}"),
    "commit": ("fixed in {}", "sha {}"),
}
