"""The words that announce a password, a PIN or a code, and the words for numbers that everybody may read, by language.

Each table has English, Spanish, Portuguese, German, French, Italian, Dutch, Polish, Russian, Ukrainian, Turkish, Vietnamese,
Indonesian, Filipino, Japanese, Korean, Chinese, Arabic, Persian, Hindi and Thai words, in this order. A star stands for any ending.
"""

import re

from supportflow.triage.redaction.vocabulary import forms

__all__ = [
    "CARD_CODE_WORDS",
    "CARD_NAMES",
    "CODE_HEADS",
    "CODE_WORDS",
    "LINKS",
    "NEGATED",
    "NEGATIONS",
    "OWNERS",
    "PASSWORD_WORDS",
    "PIN_WORDS",
    "PUBLIC_BESIDE",
    "PUBLIC_WORDS",
    "RECEIVED",
    "REFERENCE_WORDS",
    "SECRET_BESIDE",
    "SIGN_IN_WORDS",
    "SMALL_WORDS",
    "UNITS",
]

PASSWORD_WORDS = forms(
    """
    password, passwords, passwd, passcode, passcodes, passphrase, passphrases, pass, pass word, pass code, pwd, pw, pword, psw, p/w
    passkey, master password, userpass
    contraseña, contraseñas, clave, clave de acceso, clave secreta, contraseña maestra
    senha, senhas, palavra passe, palavra-passe
    passwort, passworts, kennwort, kennworts, passwörter, zugangspasswort, losungswort
    mot de passe, mots de passe, mdp, motdepasse
    parola d'ordine, parola chiave, wachtwoord, lösenord, adgangskode, passord, salasana, heslo, jelszó, parola, parolă
    hasło, hasła, hasłem, haseł
    пароль, пароля, паролем, паролю, пароли, паролі, пароля
    şifre, şifrem, şifremiz, şifreniz, şifresi, şifren, şifreyi, şifremi, parolam, parolanız, parolası, parola
    mật khẩu, mật mã, kata sandi, sandi, kata laluan, katasandi
    パスワード, 비밀번호, 비번, 패스워드, 비밀 번호
    密码, 密碼, 口令, 登录密码, 登錄密碼, 资金密码, 通行码
    كلمة المرور, كلمة السر, كلمه المرور, كلمه السر, الباسورد, باسورد, الباسوورد, رمز المرور
    رمز عبور, کلمه عبور, پسورد, گذرواژه, پسوورد
    पासवर्ड, कूटशब्द, รหัสผ่าน, พาสเวิร์ด, พาสเวิด, סיסמה, סיסמא, κωδικός πρόσβασης, পাসওয়ার্ড
    """
)
PIN_WORDS = forms(
    """
    pin, pins, pin code, pincode, pin codes, pin number, pin no, pin nr, código pin, pin kodu, pin kodum, kode pin, nomor pin
    clave pin, code pin, mã pin, pin kod, pin numara*, pin'im, pinim, geheimzahl, kod pin
    пин, пин код, пинкод, пин кода, пин коды, пинкода, пін, пін код, пінкод
    暗証番号, ピンコード, 핀번호, 핀 번호, 핀코드, 비밀번호 4자리
    pin码, pin碼, 交易密码, 支付密码, 资金密码, 取款密码, 提现密码, 支付密碼, 交易密碼
    الرقم السري, رقم التعريف الشخصي, رقم سري, بين كود, پین, پین کد, रقم
    पिन, पिन कोड, พิน, รหัสพิน, รหัส pin
    """
)
CODE_WORDS = forms(
    """
    otp, otps, totp, 2fa, mfa, mtan, smstan, one time password, one time passcode, one time pin, one time code, onetime password
    authenticator, verification number, two factor, two step verification, sms code, security token, passcode
    clave dinámica, clave temporal, contraseña temporal, contraseña de un solo uso, clave de un solo uso, clave sms
    senha temporária, senha de uso único, senha descartável, chave temporária
    einmalpasswort, einmalkennwort, einmalcode, einmal passwort, tan nummer, smscode, tan
    mot de passe à usage unique, code à usage unique, password monouso, codice usa e getta, hasło jednorazowe
    одноразовый пароль, одноразового пароля, разовый пароль, одноразовий пароль
    tek kullanımlık şifre, tek kullanımlık parola, tek kullanımlık kod, tek seferlik şifre, gelen şifre, sms şifresi
    mật khẩu một lần, mật khẩu dùng một lần, kata sandi sekali pakai, sandi sekali pakai
    認証コード, 認証番号, 確認コード, 確認番号, 検証コード, ワンタイムパスワード, ワンタイムコード, ワンタイム, セキュリティコード, ログインコード
    인증번호, 인증 번호, 인증코드, 인증 코드, 확인코드, 확인 코드, 보안코드, 보안 코드, 일회용 비밀번호, 승인번호, 본인확인번호
    验证码, 驗證碼, 动态码, 動態碼, 动态密码, 動態密碼, 校验码, 校驗碼, 一次性密码, 一次性密碼, 谷歌验证, 谷歌驗證, 短信码, 安全验证码
    验证代码, 驗證代碼, 登录码, 登錄碼, 授权码, 授權碼, 动态口令, 認證碼, 认证码, 确认码, 確認碼, 激活码, 口令码, 安全码, 安全碼, 短信验证
    رمز التحقق, كود التحقق, رمز التأكيد, كود التأكيد, كود التفعيل, رمز التفعيل, رمز الأمان, رمز الدخول
    کد تایید, کد تأیید, رمز یکبار مصرف, رمز پویا, کد فعال سازی, کد فعالسازی, کد ورود
    ओटीपी, सत्यापन कोड, โอทีพี, รหัสยืนยัน, รหัสโอทีพี, รหัสความปลอดภัย, รหัส otp, รหัสยืนยันตัวตน, קוד אימות
    """
)
CODE_HEADS = forms(
    """
    code, codes, token, tokens, código, códigos, codice, codici
    код, кода, коду, кодом, коды, кодик
    kod, kodu, kodum, kodumuz, kodun, kodunuz, kodunu, kodumu, kody, kodem, kodunuzu, mã, kode, kodenya, kodenummer
    コード, 코드, رمز, الرمز, كود, الكود, کد, کدی, कोड, รหัส, kód, cod, codul, κωδικό, κωδικός, קוד, koodi
    """
)
CARD_CODE_WORDS = forms(
    """
    cvv, cvv2, cvc, cvc2, cvn, cvv code, cvc code, security code, card security code, card code, digits on the back
    digits on back, three digits, 3 digits, back of the card, back of my card, card verification code
    código de seguridad, código de segurança, codice di sicurezza
    kartenprüfnummer, prüfziffer, prüfnummer, sicherheitscode, kartenprüfziffer
    cryptogramme, cryptogramme visuel, code de sécurité, kod bezpieczeństwa, код безопасности, код безпеки
    güvenlik kodu, mã bảo mật, kode keamanan, セキュリティコード, 보안코드, 보안 코드, 安全码, 安全碼, 卡背面*, 背面三位*, 后三位, 後三碼
    رمز الأمان, सीवीवी, รหัส cvv, รหัสหลังบัตร
    """
)

# What stands beside a word for "code" and makes it one that nobody else may read.
SECRET_BESIDE = re.compile(
    r"verif|\bauth|2fa|mfa|otp|one[ -]?time|log[ -]?in|sign[ -]?in|confirm|access|acces|\bsms\b|secur|backup|recover|reset|activation|authent"
    r"|two[ -]?(?:factor|step)|scratch|google|whatsapp|telegram|instagram|facebook|texted|email|e-mail|temporary"
    r"|verific|segur|acceso|acesso|temporal|ingreso|inicio|confirmaci|confirmaç|bestätig|bestatig|sicherheit|anmelde|zugang|prüf|freischalt"
    r"|einmal|vérif|confirma|sécurité|connexion|unique|sicurezza|accesso|conferma|weryfik|potwierd|logowan|bezpiecz|jednoraz"
    r"|подтвержд|провер|безопас|вход|доступ|авториз|одноразов|смс|підтвердж|перевір|безпек"
    r"|doğrula|dogrula|onay|güvenlik|guvenlik|giriş|giris|xác nhận|xac nhan|xác minh|xac minh|xác thực|xac thuc|bảo mật|bao mat|đăng nhập|dang nhap"
    r"|verifikasi|keamanan|konfirmasi|masuk|akses|認証|確認|検証|セキュリティ|ワンタイム|ログイン|인증|확인|보안|로그인|일회용|验证|驗證|登录|登錄|动态|動態"
    r"|校验|校驗|认证|認證|短信|تحقق|تأكيد|تفعيل|أمان|دخول|تایید|تأیید|ورود|یکبار|सत्यापन|ओटीपी|यूज़र|ยืนยัน|ปลอดภัย|เข้าสู่ระบบ|otp"
)
# And what makes it one that anybody may.
PUBLIC_BESIDE = re.compile(
    r"error|err\b|status|countr|area|\bzip|postal|\bpost\b|postcode|promo|referr|referral|invit|voucher|discount|coupon|swift|sort|bank|branch"
    r"|product|\bbar|barcode|qr\b|source|reason|response|dial|http|exit|currency|tracking|return|gift|network|chain|merchant|colou?r|fault|block"
    r"|stop|fail|exception|transaction|reservation|booking|tax|mcc|item|model|stock|airport|dress|morse|naf\b|iso\b|hs\b|iata|icao"
    r"|pa[ií]s\b|descuento|descont|erro\b|promoc|cup[oó]n|cupom|fiscal|fehler|erreur|produit|remise|gutschein|rabatt|länder|artikel|vorwahl|errore|sconto"
    r"|błęd|bled|pocztow|rabatow|ошибк|страны|товар|скидк|почтов|промо|помилк|hata|posta|ürün|urun|indirim|ülke|lỗi|bưu|giảm giá|sản phẩm"
    r"|kesalahan|galat|\bpos\b|produk|diskon|negara|エラー|郵便|商品|クーポン|割引|国番号|오류|에러|우편|상품|할인|쿠폰|국가|错误|錯誤|报错|状态|狀態|邮政|郵遞"
    r"|优惠|優惠|折扣|邀请|邀請|商品|产品|條|条形|国家|خطأ|الخطأ|بريد|خصم|المنتج|البلد|خطا|پستی|تخفیف|त्रुटि|डाक|छूट|ข้อผิดพลาด|ไปรษณีย์|ส่วนลด|สินค้า"
)
PUBLIC_WORDS = forms(
    """
    order, orders, ticket, tickets, case, cases, invoice, invoices, reference, ref, tracking, booking, reservation, user id, userid, uid
    account number, account no, account id, customer number, customer id, customer no, phone number, mobile number, serial, serial number
    transaction, transactions, transaction id, txid, tx, txn, hash, block, height, trade, trade no, case id, order id, advert, ad id, zip
    postcode, zip code, postal code, error, error code, status, status code, exit code, http, ending in, ends in, ending, last four
    last 4, version, build, port, port number, row, line, page, room, flight, bus, model, item, sku, product, batch, po, rma, issue, bug
    pull request, request, request id, policy number, contract, member, membership, employee, badge, extension, ext, fax, isbn
    pedido, orden, factura, número de pedido, número de cuenta, referencia, teléfono, código postal, cuenta n*, comprobante, expediente
    encomenda, nota fiscal, fatura, conta, protocolo, cep, número da conta, telefone
    bestellung, bestellnummer, auftrag, auftragsnummer, rechnung, rechnungsnummer, kundennummer, kontonummer, vorgang, vorgangsnummer
    fehler, fehlercode, postleitzahl, plz, sendungsnummer, aktenzeichen, telefonnummer, ticketnummer
    commande, facture, numéro de commande, numéro de compte, dossier, référence, téléphone, code postal, n° de commande, colis
    ordine, numero d'ordine, fattura, pratica, riferimento, bestelling, bestelnummer, factuur
    zamówienie, zamówienia, faktura, nr zamówienia, zgłoszenie, przesyłka
    заказ, заказа, заказу, номер заказа, счёт, счет, счета, тикет, обращение, обращения, заявка, заявки, транзакция, транзакции, индекс, трек номер, ошибка
    ошибки, ошибку, замовлення, рахунок, звернення, транзакція, індекс, помилка
    sipariş, siparişim, sipariş no, sipariş numarası, fatura, talep, kargo, takip no, hata, hesap no, müşteri no
    đơn hàng, mã đơn hàng, hóa đơn, vận đơn, mã đơn, giao dịch, mã giao dịch, lỗi, số tài khoản
    pesanan, nomor pesanan, faktur, tiket, resi, no resi, transaksi, kesalahan, nomor rekening, kode pos
    注文, 注文番号, 伝票, 請求書, 受付番号, 問い合わせ番号, 取引, エラー, 郵便番号, 会員番号, 口座番号, 電話番号
    주문, 주문번호, 송장, 접수번호, 문의번호, 거래, 오류, 에러, 우편번호, 계좌번호, 회원번호, 전화번호, 운송장
    订单, 訂單, 订单号, 訂單號, 流水, 交易, 工单, 工單, 单号, 單號, 参考号, 编号, 編號, 错误, 錯誤, 报错, 邮编, 郵遞區號, 账号, 帳號, 哈希
    快递, 手机号, 电话, 用户id, 广告, 廣告, 区块, 區塊, 版本, 尾号, 尾號
    طلب, الطلب, رقم الطلب, فاتورة, رقم الفاتورة, تذكرة, معاملة, خطأ, سفارش, شماره سفارش, فاکتور, تراکنش, خطا
    ऑर्डर, ऑर्डर नंबर, आदेश, चालान, टिकट, त्रुटि, คำสั่งซื้อ, หมายเลขคำสั่งซื้อ, ใบแจ้งหนี้, พัสดุ, ธุรกรรม, ข้อผิดพลาด
    """
)

SIGN_IN_WORDS = forms(
    """
    login, logins, log in, sign in, signin, credential, credentials, creds, access data, user, username, account
    usuario, usuário, credenciales, credenciais, acceso, acesso, cuenta, benutzer, zugangsdaten, anmeldedaten
    zugang, identifiant, identifiants, accès, credenziali, accesso, utente, logowanie, dane logowania, логин
    доступ, учетка, логін, giriş, kullanıcı, tài khoản, akun, アカウント, ログイン, 계정, 아이디, 账号, 帳號, 账户, 帳戶, 登录, حساب, खाता
    บัญชี
    """
)
"""What a name and a password follow."""

CARD_NAMES = forms(
    "card, cards, card number, visa, mastercard, amex, tarjeta, cartão, karte, carte, карт*, kart*, thẻ, kartu, カード, 카드, 卡"
)
REFERENCE_WORDS = tuple(
    word
    for word in PUBLIC_WORDS
    if word
    not in {
        "error",
        "status",
        "http",
        "height",
        "version",
        "build",
        "port",
        "row",
        "line",
        "page",
        "room",
        "ending",
        "account",
        "phone",
    }
)
"""The names of numbers that a host or another firm has given: of orders, tickets, transactions."""

RECEIVED = frozenset(
    """
    got get received receive sent texted typed type entered enter used use gave given pasted wrote told
    recibí recibi llegó llego mandaron enviaron introduje puse escribí ingresé recebi chegou digitei inseri enviaram
    bekommen erhalten bekam erhielt eingegeben eingetippt habe kam reçu recu entré saisi tapé envoyé ricevuto inserito arrivato
    dostałem otrzymałem przyszedł wpisałem ввожу ввёл ввел ввела пришел пришёл пришло получил получила вводил прийшов отримав ввів
    geldi aldım girdim yazdım gelen nhận được nhập dapat terima masukkan menerima natanggap ibinigay
    """.split()
)
"""What somebody did with a code that they have."""
_LINK_WORDS = """
    is was are were be being it's its reads says shows shown equals es era fue son é foi são ist war lautet lautete heißt heisst sind
    est était c'est sont è sono to jest było это этo был было вот такой такая такое є це був là adalah ialah yaitu ay budur şudur eşittir
    as como als comme come как jako sebagai olarak como
    です でした は が 은 는 이 가 是 就是 为 為 叫 हैं है था هو هي كان است هست คือ equal
"""
LINKS = frozenset(_LINK_WORDS.split())
"""What says that the one is the other."""

OWNERS = frozenset(
    [
        "my",
        "mine",
        "the",
        "our",
        "your",
        "his",
        "her",
        "their",
        "this",
        "that",
        "here",
        "mi",
        "mis",
        "tu",
        "tus",
        "su",
        "sus",
        "el",
        "la",
        "los",
        "las",
        "lo",
        "un",
        "una",
        "meu",
        "minha",
        "seu",
        "sua",
        "o",
        "a",
        "os",
        "as",
        "teu",
        "tua",
        "mein",
        "meine",
        "meiner",
        "meinem",
        "meinen",
        "dein",
        "deine",
        "ihr",
        "ihre",
        "ihrem",
        "ihren",
        "der",
        "die",
        "das",
        "dem",
        "den",
        "mon",
        "ma",
        "mes",
        "votre",
        "ton",
        "ta",
        "le",
        "les",
        "l",
        "il",
        "mio",
        "tuo",
        "suo",
        "moje",
        "mój",
        "moja",
        "twój",
        "twoje",
        "mijn",
        "de",
        "het",
        "мой",
        "моя",
        "моё",
        "мое",
        "твой",
        "ваш",
        "ваша",
        "ваше",
        "мій",
        "моє",
        "твій",
        "benim",
        "senin",
        "sizin",
        "của",
        "tôi",
        "bạn",
        "mình",
        "cua",
        "toi",
        "ban",
        "saya",
        "anda",
        "kamu",
        "aku",
        "mu",
        "ko",
        "mo",
        "ang",
        "akin",
        "私の",
        "わたしの",
        "僕の",
        "제",
        "내",
        "저의",
        "나의",
        "저희",
        "我的",
        "我",
        "你的",
        "您的",
        "您",
        "这个",
        "這個",
        "这",
        "這",
        "的",
        "خاصتي",
        "الخاص",
        "الخاصة",
        "بي",
        "بك",
        "من",
        "شما",
        "مرا",
        "मेरा",
        "मेरी",
        "मेरे",
        "आपका",
        "आपकी",
        "ของฉัน",
        "ของคุณ",
        "ของผม",
        "ของ",
    ]
)
"""Whose it is."""

SMALL_WORDS = (
    LINKS
    | OWNERS
    | frozenset(
        [
            "i",
            "i've",
            "i'm",
            "have",
            "just",
            "got",
            "get",
            "received",
            "receive",
            "me",
            "you",
            "they",
            "sent",
            "here",
            "it",
            "code",
            "codes",
            "number",
            "no",
            "nr",
            "from",
            "by",
            "via",
            "on",
            "sms",
            "text",
            "email",
            "mail",
            "app",
            "phone",
            "mobile",
            "now",
            "which",
            "said",
            "as",
            "should",
            "login",
            "log",
            "in",
            "of",
            "enter",
            "entered",
            "typed",
            "type",
            "gave",
            "him",
            "them",
            "we",
            "she",
            "he",
            "asked",
            "wanted",
            "used",
            "use",
            "told",
            "for",
            "google",
            "authenticator",
            "and",
            "at",
            "with",
            "shown",
            "so",
            "please",
            "provided",
            "given",
            "came",
            "come",
            "comes",
            "arrived",
            "account",
            "wallet",
            "card",
            "bank",
            "again",
            "like",
            "following",
            "below",
            "above",
            "one",
            "last",
            "first",
            "today",
            "yesterday",
            "still",
            "currently",
            "que",
            "por",
            "para",
            "en",
            "con",
            "del",
            "al",
            "me",
            "llegó",
            "llego",
            "recibí",
            "recibi",
            "recibido",
            "enviaron",
            "mandaron",
            "dieron",
            "cuenta",
            "tarjeta",
            "correo",
            "mensaje",
            "recebi",
            "chegou",
            "que",
            "por",
            "para",
            "em",
            "com",
            "do",
            "da",
            "no",
            "na",
            "pelo",
            "cartão",
            "conta",
            "mensagem",
            "enviado",
            "enviaram",
            "per",
            "von",
            "vom",
            "aus",
            "für",
            "auf",
            "bei",
            "mit",
            "ich",
            "habe",
            "bekommen",
            "erhalten",
            "wurde",
            "kam",
            "mir",
            "per",
            "karte",
            "konto",
            "nachricht",
            "sms",
            "zum",
            "zur",
            "par",
            "pour",
            "sur",
            "dans",
            "avec",
            "du",
            "des",
            "j'ai",
            "reçu",
            "recu",
            "envoyé",
            "carte",
            "compte",
            "message",
            "que",
            "ai",
            "je",
            "ricevuto",
            "ho",
            "per",
            "di",
            "dal",
            "del",
            "sul",
            "carta",
            "conto",
            "messaggio",
            "arrivato",
            "che",
            "dostałem",
            "otrzymałem",
            "z",
            "ze",
            "od",
            "na",
            "do",
            "karty",
            "konta",
            "wiadomości",
            "przyszedł",
            "из",
            "от",
            "для",
            "в",
            "на",
            "с",
            "по",
            "мне",
            "пришел",
            "пришёл",
            "получил",
            "получила",
            "прислали",
            "смс",
            "карты",
            "карте",
            "счёта",
            "почты",
            "ввожу",
            "ввёл",
            "вы",
            "я",
            "із",
            "від",
            "для",
            "мені",
            "прийшов",
            "отримав",
            "отримала",
            "картки",
            "пошти",
            "için",
            "ile",
            "gelen",
            "bana",
            "geldi",
            "aldım",
            "mesaj",
            "hesap",
            "hesabım",
            "kart",
            "kartım",
            "kartımın",
            "e-posta",
            "nhận",
            "được",
            "gửi",
            "từ",
            "qua",
            "thẻ",
            "tài",
            "khoản",
            "tin",
            "nhắn",
            "điện",
            "thoại",
            "nhan",
            "duoc",
            "yang",
            "terima",
            "diterima",
            "dikirim",
            "dari",
            "untuk",
            "kartu",
            "akun",
            "pesan",
            "melalui",
            "lewat",
            "nomor",
            "natanggap",
            "ko",
            "na",
            "sa",
            "galing",
            "届いた",
            "届いたのは",
            "受け取った",
            "に送られた",
            "で届いた",
            "の",
            "받은",
            "온",
            "문자로",
            "도착한",
            "왔어요",
            "收到的",
            "收到",
            "收到了",
            "发来的",
            "短信",
            "輸入",
            "输入",
            "是的",
            "给我的",
            "الذي",
            "وصلني",
            "وصلتني",
            "استلمته",
            "لي",
            "على",
            "که",
            "دریافت",
            "کردم",
            "برای",
            "من",
            "جो",
            "मिला",
            "मुझे",
            "को",
            "खाते",
            "का",
            "की",
            "के",
            "ที่ได้รับ",
            "ที่ได้",
            "บัตร",
        ]
    )
)
"""What may stand between a word for a secret and the secret itself."""

NEGATIONS = frozenset(
    [
        "not",
        "never",
        "no",
        "didn't",
        "don't",
        "doesn't",
        "isn't",
        "wasn't",
        "without",
        "cannot",
        "can't",
        "won't",
        "failed",
        "fails",
        "error",
        "expired",
        "invalid",
        "wrong",
        "nunca",
        "tampoco",
        "não",
        "nem",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "nie",
        "ne",
        "pas",
        "jamais",
        "aucun",
        "non",
        "nie",
        "bez",
        "не",
        "нет",
        "без",
        "нема",
        "ні",
        "yok",
        "değil",
        "gelmedi",
        "không",
        "chưa",
        "tidak",
        "belum",
        "bukan",
        "hindi",
        "wala",
    ]
)
"""What says that there is none, or that it did not work."""
NEGATED = re.compile("[没沒不未无無错錯]|ない|ません|届か|않|안 |없|لم |لا |لیس|نشد|نمی|नहीं|ไม่")

UNITS = (
    "usdt?|usdc|eur|gbp|btc|eth|xrp|sol|inr|cny|rmb|jpy|krw|rub|try|vnd|idr|brl|dollars?|euros?|pounds?|rupees?|yuan|yen|satoshis?|sats?|points?"
    "|coins?|times|min(?:ute)?s?|hours?|hrs?|sec(?:ond)?s?|days?|weeks?|months?|years?|users?|people|attempts?|digits?|characters?|tokens|codes"
    "|usuarios|veces|minutos|horas|días|dias|vezes|dígitos|stunden|minuten|tage|mal|stellen|stellige|heures|minutes|jours|fois|chiffres|ore|minuti"
    "|godzin|minut|раз|минут|часов|дней|рублей|руб|доллар|цифр|хвилин|разів|kez|dakika|saat|gün|lira|tl|lần|phút|giờ|đồng|kali|menit|jam|hari"
    "|rupiah|rp|%|\\$|€|£|¥|₽|₹|元|円|원|次|分|小时|小時|天|块|塊|个|個|年|月|日|号|號|位|人|回|時間|時|분|시간|일|개|명|번|회|ครั้ง|นาที|บาท|बार|मिनट|रुपये|مرات|دقيقة|دقائق|بار|دقیقه"
)
"""What a number in front of it counts."""
