"""What stands beside a word and changes what it announces: "error" before "code", "minutes" behind a number."""

# ruff: noqa: RUF001 - letters of many scripts are what is looked for

import re

__all__ = ["NEGATED", "PUBLIC_BESIDE", "SECRET_BESIDE", "UNITS"]

SECRET_BESIDE = re.compile(
    r"verif|\bauth|2fa|mfa|otp|one[ -]?time|log[ -]?in|sign[ -]?in|confirm|access|acces|\bsms\b|secur"
    r"|backup|recover|reset|activation|authent|two[ -]?(?:factor|step)|scratch|google|whatsapp|telegram"
    r"|instagram|facebook|texted|email|e-mail|temporary|verific|segur|acceso|acesso|temporal|ingreso"
    r"|inicio|confirmaci|confirmaç|bestätig|bestatig|sicherheit|anmelde|zugang|prüf|freischalt|einmal"
    r"|vérif|confirma|sécurité|connexion|unique|sicurezza|accesso|conferma|weryfik|potwierd|logowan"
    r"|bezpiecz|jednoraz|подтвержд|провер|безопас|вход|доступ|авториз|одноразов|смс|підтвердж|перевір"
    r"|безпек|doğrula|dogrula|onay|güvenlik|guvenlik|giriş|giris|xác nhận|xac nhan|xác minh|xac minh"
    r"|xác thực|xac thuc|bảo mật|bao mat|đăng nhập|dang nhap|verifikasi|keamanan|konfirmasi|masuk|akses|認証"
    r"|確認|検証|セキュリティ|ワンタイム|ログイン|인증|확인|보안|로그인|일회용|验证|驗證|登录|登錄|动态|動態|校验|校驗|认证|認證|短信|تحقق|تأكيد|تفعيل|أمان"
    r"|دخول|تایید|تأیید|ورود|یکبار|सत्यापन|ओटीपी|यूज़र|ยืนยัน|ปลอดภัย|เข้าสู่ระบบ|otp"
)
"""What makes a word for "code" one that nobody else may read."""
PUBLIC_BESIDE = re.compile(
    r"error|err\b|status|countr|area|\bzip|postal|\bpost\b|postcode|promo|referr|referral|invit|voucher"
    r"|discount|coupon|swift|sort|bank|branch|product|\bbar|barcode|qr\b|source|reason|response|dial|http"
    r"|exit|currency|tracking|return|gift|network|chain|merchant|colou?r|fault|block|stop|fail|exception"
    r"|transaction|reservation|booking|tax|mcc|item|model|stock|airport|dress|morse|naf\b|iso\b|hs\b|iata"
    r"|icao|pa[ií]s\b|descuento|descont|erro\b|promoc|cup[oó]n|cupom|fiscal|fehler|erreur|produit|remise"
    r"|gutschein|rabatt|länder|artikel|vorwahl|errore|sconto|błęd|bled|pocztow|rabatow|ошибк|страны|товар"
    r"|скидк|почтов|промо|помилк|hata|posta|ürün|urun|indirim|ülke|lỗi|bưu|giảm giá|sản phẩm|kesalahan"
    r"|galat|\bpos\b|produk|diskon|negara|エラー|郵便|商品|クーポン|割引|国番号|오류|에러|우편|상품|할인|쿠폰|국가|错误|錯誤|报错|状态|狀態|邮政|郵遞"
    r"|优惠|優惠|折扣|邀请|邀請|商品|产品|條|条形|国家|خطأ|الخطأ|بريد|خصم|المنتج|البلد|خطا|پستی|تخفیف|त्रुटि|डाक|छूट"
    r"|ข้อผิดพลาด|ไปรษณีย์|ส่วนลด|สินค้า"
)
"""What makes it one that anybody may."""
NEGATED = re.compile(r"[没沒不未无無错錯]|ない|ません|届か|않|안 |없|لم |لا |لیس|نشد|نمی|नहीं|ไม่")
"""What says no in scripts that set no blanks between words."""
UNITS = (
    r"usdt?|usdc|eur|gbp|btc|eth|xrp|sol|inr|cny|rmb|jpy|krw|rub|try|vnd|idr|brl|dollars?|euros?|pounds?"
    r"|rupees?|yuan|yen|satoshis?|sats?|points?|coins?|times|min(?:ute)?s?|hours?|hrs?|sec(?:ond)?s?|days?"
    r"|weeks?|months?|years?|users?|people|attempts?|digits?|characters?|tokens|codes|usuarios|veces"
    r"|minutos|horas|días|dias|vezes|dígitos|stunden|minuten|tage|mal|stellen|stellige|heures|minutes"
    r"|jours|fois|chiffres|ore|minuti|godzin|minut|раз|минут|часов|дней|рублей|руб|доллар|цифр|хвилин"
    r"|разів|kez|dakika|saat|gün|lira|tl|lần|phút|giờ|đồng|kali|menit|jam|hari|rupiah|rp|%|\$|€|£|¥|₽|₹|元"
    r"|円|원|次|分|小时|小時|天|块|塊|个|個|年|月|日|号|號|位|人|回|時間|時|분|시간|일|개|명|번|회|ครั้ง|นาที|บาท|बार|मिनट|रुपये|مرات"
    r"|دقيقة|دقائق|بار|دقیقه"
)
"""What a number in front of it counts, as an expression."""
