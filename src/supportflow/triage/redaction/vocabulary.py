"""The words that announce a secret or name a public number, in some twenty languages, and what stands between word and value.

Words are in lower case; a star stands for any ending. A word of several parts is found with blanks, dashes and underscores
between them, and with and without its accents.
"""

import unicodedata

__all__ = [
    "API_WORDS",
    "BACKUP_WORDS",
    "BETWEEN_WORDS",
    "PHRASE_WORDS",
    "PRIVATE_KEY_WORDS",
    "PROSE",
    "PUBLIC_KEY_WORDS",
    "forms",
]


def _unaccented(word: str) -> str:
    letters = (c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(letters)).replace("\u0131", "i").replace("đ", "d")


def forms(text: str) -> tuple[str, ...]:
    """The words of a table, one a line or parted by commas, as written and without accents, longest first."""
    words = [word.strip() for line in text.splitlines() for word in line.split(",")]
    found = {form for word in words if word for form in (word, _latin_only(word))}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _latin_only(word: str) -> str:
    """Without accents, if the word is of Latin letters: other scripts' marks are letters."""
    return _unaccented(word) if word[0] < "\u0370" or "\u1e00" <= word[0] <= "\u1eff" else word


PHRASE_WORDS = forms(
    """
    seed, seeds, seed phrase*, seed word*, seedphrase, mnemonic*, recovery phrase, recovery words, recovery seed
    secret phrase, secret words, backup phrase, backup words, wallet phrase, wallet words, security phrase
    recovery share, backup share, shamir share, slip39, slip 39, secret recovery phrase, passphrase
    12 words, 24 words, 25 words, twelve words, 13 words, 15 words, 18 words, 20 words, 33 words, my words, these words
    frase semilla, frase de recuperación, frase secreta, palabras semilla, palabras de recuperación, semilla, mnemónic*
    frase de seguridad, 12 palabras, 24 palabras, frase mnemotécnica, frase mnemónica
    frase de recuperação, frase semente, frase secreta, palavras de recuperação, palavras semente, 12 palavras
    24 palavras, frase de segurança, semente
    seed phrase, wiederherstellungsphrase, wiederherstellungsw*, wiederherstellungssatz, mnemonik*, merksatz
    sicherungsphrase, 12 wörter, 24 wörter, seed wörter, geheimphrase, seedwörter
    phrase de récupération, phrase secrète, phrase mnémonique, mots de récupération, 12 mots, 24 mots
    phrase de sécurité, phrase seed, graine
    сид фраз*, сид, сидфраз*, секретн* фраз*, мнемоник*, мнемоническ*, фраз* восстановлени*, seed фраз*, 12 слов, 24 слова
    kurtarma ifade*, kurtarma kelime*, gizli kelime*, anahtar kelime*, tohum ifade*, seed kelime*, 12 kelime*, 24 kelime*
    kurtarma cümle*, gizli ifade*, yedekleme kelime*
    cụm từ khôi phục, cụm từ bí mật, cụm từ hạt giống, cụm từ ghi nhớ, 12 từ, 24 từ, từ khóa khôi phục, từ khoá khôi phục
    frasa pemulihan, frasa rahasia, frasa benih, frase pemulihan, frasa seed, 12 kata, 24 kata, kata pemulihan, frasa sandi
    frase di recupero, frase seme, parole di recupero, 12 parole, 24 parole, frase segreta, seme
    fraza odzyskiwania, fraza seed, słowa odzyskiwania, 12 słów, 24 słowa, fraza bezpieczeństwa
    сід фраз*, сід, секретна фраза, фраза відновлення, 12 слів, 24 слова
    herstelzin, herstelwoorden, obnovovací fráze, fráze
    シード, シードフレーズ, リカバリーフレーズ, 復元フレーズ, ニーモニック, 復元用フレーズ, 秘密のフレーズ, バックアップフレーズ
    시드, 니모닉, 복구 구문, 복구구문, 복구 문구, 복구문구, 비밀 구문, 시드문구
    助记词, 助記詞, 種子, 种子, 恢复短语, 恢復短語, 助记, 助記
    عبارة الاسترداد, العبارة السرية, كلمات الاسترداد, عبارة الاستعادة, วลีกู้คืน, ซีดเฟรส, วลีช่วยจำ, คำกู้คืน
    सीड फ्रेज, रिकवरी फ्रेज, सीड वाक्यांश, عبارت بازیابی, کلمات بازیابی, عبارت بازیابی
    """
)
PRIVATE_KEY_WORDS = forms(
    """
    private key, private keys, privkey, priv key, privatekey, secret key, secretkey, secret keys, signing key, spend key, view key, spending key
    seed, private spend key, private view key, wallet key, prv key, wif
    clave privada, claves privadas, llave privada, llaves privadas, chave privada, chaves privadas, clave secreta, chave secreta
    privater schlüssel, privaten schlüssel, private schlüssel, privatschlüssel, geheimer schlüssel, geheimschlüssel, privatem schlüssel
    clé privée, clef privée, clés privées, clé secrète, chiave privata, chiavi private, chiave segreta, privésleutel, privé sleutel
    klucz prywatny, klucza prywatnego, klucz sekretny, soukromý klíč
    приватн* ключ*, закрыт* ключ*, секретн* ключ*, частн* ключ*, закрытый ключ, приватный ключ, секретный ключ, приватник
    приватний ключ, закритий ключ, особистий ключ
    özel anahtar*, gizli anahtar*, khóa riêng tư, khóa riêng, khoá riêng, khóa cá nhân, khoá cá nhân, khóa bí mật, khoá bí mật, khoá riêng tư
    kunci privat, kunci pribadi, kunci rahasia, kunci private, kunci persendirian
    秘密鍵, プライベートキー, シークレットキー, 개인키, 개인 키, 프라이빗키, 프라이빗 키, 비밀키, 비밀 키, 시크릿 키
    私钥, 私鑰, 密钥, 密鑰, 秘钥, 秘鑰, 私匙
    المفتاح الخاص, مفتاح خاص, المفتاح السري, کلید خصوصی, کلید شخصی, निजी कुंजी, प्राइवेट की, คีย์ส่วนตัว, กุญแจส่วนตัว, ไพรเวทคีย์
    """
)
PUBLIC_KEY_WORDS = forms(
    """
    hash, hashes, tx, txs, txid, txids, txn, transaction, transactions, address, addresses, block, blocks, contract, contracts, order, orders
    public key, pubkey, signature, sha256, sha 256, checksum, commit, digest, fingerprint, nonce, block hash, proof, request, trace
    transacción, transacciones, dirección, bloque, contrato, pedido, clave pública, firma, transação, transações, endereço, bloco, assinatura
    transaktion, transaktions*, adresse, vertrag, bestellung, öffentlicher schlüssel, signatur, prüfsumme, adresses, contrat, commande
    clé publique, signature, transazione, indirizzo, blocco, firma, transakcja, transakcji, adres, podpis, transactie
    транзакц*, хеш, хэш, адрес*, блок*, контракт*, заказ*, подпис*, публичный ключ, открытый ключ, транзакція, гаш
    işlem*, adresi, adresim, blok, sözleşme, sipariş*, imza, giao dịch, địa chỉ, khối, hợp đồng, chữ ký, transaksi, alamat, kontrak, tanda tangan
    ハッシュ, トランザクション, 取引, アドレス, ブロック, コントラクト, 署名, 公開鍵, 해시, 트랜잭션, 거래, 주소, 블록, 서명, 공개키
    哈希, 交易, 地址, 区块, 區塊, 合约, 合約, 订单, 訂單, 公钥, 公鑰, 签名, 簽名, معاملة, عنوان, تراکنش, آدرس, लेनदेन, पता, हैश, ธุรกรรม, ที่อยู่, แฮช
    """
)
API_WORDS = forms(
    """
    api key, api keys, api secret, api token, apikey, api pass, api passphrase, access key, access token, access secret, secret access key
    secret key, secret token, client secret, client key, consumer secret, consumer key, signing secret, signing key, webhook secret, app secret
    app key, app token, refresh token, auth token, auth key, session token, id token, bearer, secret, secrets, totp secret, setup key
    authenticator key, 2fa key, 2fa secret, google authenticator key, secret code, recovery key, encryption key, master key, license key secret
    clave api, clave de api, llave api, clave de la api, chave api, chave de api, chave da api, api schlüssel, geheimer schlüssel, zugriffsschlüssel
    clé api, clé d'api, clé de l'api, chiave api, klucz api, api ключ, апи ключ, ключ api, ключ апи, секретный ключ, api anahtarı, api anahtarım
    khóa api, khoá api, kunci api, apiキー, apiシークレット, api 키, api키, api 시크릿, api密钥, api密鑰, api秘钥, 密钥, 密鑰, 秘钥, 秘鑰, مفتاح api
    مفتاح الواجهة, کلید api, एपीआई कुंजी, api คีย์, คีย์ api
    """
)
BACKUP_WORDS = forms(
    """
    backup code, backup codes, recovery code, recovery codes, scratch code, scratch codes, emergency code, emergency codes
    rescue codes, restore code, restore codes, 2fa codes, 2fa backup, recovery key, recovery keys, backup key, backup passcodes
    reset code, reset codes, one time codes, single use codes, bypass codes, 2fa recovery, recovery passcodes
    código de respaldo, códigos de respaldo, código de recuperación, códigos de recuperación, códigos de emergencia
    códigos de reserva, códigos de seguridad, clave de recuperación, código de backup, códigos de backup, códigos de recuperação
    código de recuperação, códigos de segurança, chave de recuperação, códigos reserva
    *wiederherstellungscode, *wiederherstellungscodes, *notfallcode, *notfallcodes, *ersatzcode, *ersatzcodes, *sicherungscodes
    *backupcode, *backupcodes, wiederherstellungsschlüssel, backup schlüssel, reservecodes, einmalcodes
    code de secours, codes de secours, code de récupération, codes de récupération, codes de sauvegarde, clé de récupération
    codici di backup, codici di recupero, codice di recupero, codici di emergenza, codice di backup, back up codes, herstelcodes
    kody zapasowe, kody odzyskiwania, kod zapasowy, резервн* код*, код* восстановления, запасн* код*, аварийн* код*
    ключ восстановления, резервні коди, коди відновлення, yedek kod*, kurtarma kod*, yedekleme kod*, kurtarma anahtarı
    mã dự phòng, mã khôi phục, mã sao lưu, kode cadangan, kode pemulihan, kode backup, kunci pemulihan
    バックアップコード, リカバリーコード, 予備コード, 復旧コード, 回復コード, リカバリーキー, 復元コード, 백업 코드, 백업코드, 복구 코드, 복구코드, 복구 키
    备用码, 备份码, 恢复码, 恢复代码, 备份代码, 备用代码, 備用碼, 備份碼, 恢復碼, 應急碼, 应急码, 恢复密钥, 备用验证码, 恢復代碼
    رموز الاسترداد, رمز الاسترداد, رموز النسخ الاحتياطي, الرموز الاحتياطية, کدهای پشتیبان, کد بازیابی, کدهای بازیابی
    बैकअप कोड, रिकवरी कोड, รหัสสำรอง, รหัสกู้คืน, mga backup code
    """
)
_ORDINALS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth st nd rd th twentyfirst twentysecond twentythird twentyfourth
    primera primero segunda segundo tercera tercero cuarta cuarto quinta quinto sexta sexto séptima octava novena décima
    undécima duodécima primeira primeiro terceira quarta sétima oitava nona erste erstes zweite zweites dritte drittes vierte
    viertes fünfte sechste siebte achte neunte zehnte elfte zwölfte premier première deuxième troisième quatrième cinquième
    sixième septième huitième neuvième dixième onzième douzième первое второе третье четвертое четвёртое пятое шестое седьмое
    восьмое девятое десятое одиннадцатое двенадцатое birinci ikinci üçüncü dördüncü beşinci altıncı yedinci sekizinci dokuzuncu
    onuncu pertama kedua ketiga keempat kelima keenam ketujuh kedelapan kesembilan kesepuluh
"""
BETWEEN_WORDS = frozenset(
    f"""
    {_ORDINALS}
    and y e et und en i и й та ve và va dan ed oraz og och és at o or plus then luego dann puis потом sonra
    n no nr nº num number number word words wort wörter palabra palabras palavra mot mots слово kelime kata từ parola słowo
    a b c d f g h j k l m p q r s t u v w x z ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii
    xxiv br nbsp amp li td tr
    """.split()
)
"""What stands between the words of a phrase without being one: ordinals, "and", the letters and numerals of lists."""

PROSE = frozenset(
    """
    about after again all also always and any ask because before both can come could day did does down during each either else
    enough ever every few first for from give good had has have hello help her here him his how i into its just know last like
    long look lost made make many may me minute more much must need never new next not nothing now often old once one only open
    other our out over own people please put rather right said same say see send she should since some still stop such take tell
    than thank that the their them then there they thing think this time today tomorrow try two under until upon use very wait
    want was way were what when where which while who why will with work would year yes you your
    """.split()  # noqa: SIM905 - a list of a hundred lines would hide the code
)
"""Words of the English lists that any sentence may have."""

CHINESE_WORDS = frozenset(
    """
    怎么 可以 什么 还款 订单 一个 使用 没有 为什 我的 支付 付款 您的 额度 不能 页面 分期 开通 选择 创建 产品 活动 如果 用户 邮件 显示
    商品 日期 添加 取消 设置 密码 无法 我们 输入 需要 优惠 退款 电子 更改 已经 个月 这个 不了 所有 银行 购物 现在 验证 列表 时间 手机
    自动 信息 信用 不是 多少 发送 提前 任何 包含 发票 选项 我用 无效 代码 编辑 关闭 查看 时候 已被 可用 更新 类型 号码 成功 错误 确认
    数据 有效 身份 用了 如何 评论 状态 修改 文件 发布 图片 收到 方式 收款 请求 之前 登录 新的 以下 权限 余额 链接 问题 存在 申请 保存
    你的 金额 文档 确定 允许 支持 因为 不到 通知 字段 必须 工作 通过 应用 团队 办法 但是 提供 恢复 怎样 用卡 中的 只能 用于 启用 开始
    其他 影响 商家 利息 重新 访问 还没 购买 等待 服务 生成 处理 价格 帐户 另一 手续 可能 不会 名称 一次 当前 地的 才能 设备 还是 提交
    这些 搜索 是一 正在 记录 附加 安全 不可 客户 临时 上传 例如 详细 类别 是否 组织 我想 折扣 项目 不动 结果 数量 目前 费用 过期 扣款
    应该 属性 注册 文本 尚未 哪里 条件 检查 联系 完成 事件 程序 进行 重置 限制 在此 连接 最低 配置 消费 版本 位置 管理 默认 分配 测试
    要求 模式 任务 下载 然后 继续 标记 功能 不用 出现 提升 对象 找到 不支 配送 库存 再次 失败 变量 数字 认证 网站 关联 之后 复制 两个
    超过 格式 多个 标签 借款 结束 里面 因素 东西 标题 下面 今天 是我 国家 总额 只有 注意 内容 电话 一些 每个 提醒 我是 意思 或者 执行
    正确 部分 规则 交易 后期 审核 提示 我不 由于 你们 他们 她们 自己 知道 觉得 这样 那个 这里 那里 昨天 明天 上午 下午 晚上 早上 先生
    朋友 帮忙 帮我 请问 谢谢 不好 以后 以前 只是 就是 还有 不要 一下 一直 一定 一样 有人 很多 比较 非常 特别 真的 到账 账户 账号 提现
    充值 转账 客服 平台 资金 解决 办理 回复 投诉 人工 页上 发生 情况 原因 结婚 孩子 公司 经济 社会 发展 中国 世界 政府 企业 市场 技术
    研究 学生 学校 教育 生活 人民 法律 文化 关系 重要 主要 方面 同时 其中 根据 通常 大家 地方 时代 历史 科学 计划 建设 生产 能力 水平
    作用 过程 变化 增加 减少 提高 加强 实现 开放 改革 国际 全国 地区 城市 农村 以及 并且 而且 虽然 不过 所以 只要 除了 关于 对于 为了
    訂單 電子 選擇 產品 活動 我們 設定 頁面 一個 輸入 建立 無法 帳戶 密碼 顯示 沒有 優惠 你可 發票 發送 客戶 門票 時間 果你 代碼 驗證
    類型 程式 資訊 確認 允許 選項 連結 類別 用戶 訂購 數據 團隊 狀態 禮品 已經 問題 名稱 下載 購買 清單 無效 編輯 創建 這個 處理 銷售
    必須 錯誤 名單 請求 應用 額度 圖片 設置 進行 設備 預設 資格 上傳 新增 檢查 網站 欄位 登入 訪問 結束 操作 流程 個人 座位 系統 連接
    會員 儲存 國家 測試 執行 費用 產生 帳號 系列 詳細 資料 情況 金額 因此 許可 通過 這些 當前 號碼 繼續 透過 步驟 內容 評論 標記 權限
    登錄 過期 屬性 結果 記錄 安裝 電話 分鐘 特定 支援 由於 免費 這將 不存 多個 順序 每個 應該 項目 標題 請在 參考 條件 嘗試 組織 作業
    定義 歷史 報告 為你 對於 建議 數字 將被 地區 超過 影響 檢視 拒絕 發生 有關 原始 檔案 關閉 說明 聯絡 怎麼 什麼 為什 現在 時候 還是
    還沒 謝謝 請問 幫我 轉帳 銀行 他們 你們 這樣 這裡 問過 後來 以後 麼辦 會不 個月 來說 過程 開始 經過 進入 發現 關係 社會 經濟 學生
    學校 中國 國際 雖然 因為 對方 機會 認為 實際 東西 電腦 手機 帳單 點數
    """.split()  # noqa: SIM905 - a list of eight hundred lines would hide the code
)
"""Common words of two characters: prose of a phrase's length has one, a phrase in four hundred has one."""
