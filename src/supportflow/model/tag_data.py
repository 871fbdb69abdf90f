"""What is known of languages: a small part of what Unicode's CLDR and the registry of language subtags say.

The tests compare it with the package `langcodes`, which has all of it, and costs an import of 30 ms.
"""

__all__ = ["ALIASES", "DEFAULT_SCRIPTS", "ELSEWHERE", "PARENTS", "THREE_LETTERS"]

ALIASES = (
    "als:sq arb:ar ayr:ay azj:az cmn:zh cwd:cr dgo:doi drh:mn ekk:et esk:ik fat:ak fuc:ff gaz:om "
    "gug:gn ike:iu in:id iw:he ji:yi jw:jv khk:mn kmr:ku knc:kr kng:kg knn:kok kpv:kv lvs:lv mo:ro mol:ro "
    "npi:ne ory:or pbu:ps pes:fa plt:mg quz:qu scc:sr scr:hr sh:sr-Latn src:sc swh:sw tl:fil "
    "uzn:uz ydd:yi zsm:ms zyb:za "
)
"""Codes that were replaced, and members of a macrolanguage that are written as it: `iw:he`, `cmn:zh`."""

THREE_LETTERS = (
    "aar:aa abk:ab afr:af aka:ak alb:sq amh:am ara:ar arg:an arm:hy asm:as ava:av ave:ae aym:ay aze:az "
    "bak:ba bam:bm baq:eu bel:be ben:bn bih:bh bis:bi bod:bo bos:bs bre:br bul:bg bur:my cat:ca ces:cs "
    "cha:ch che:ce chi:zh chu:cu chv:cv cor:kw cos:co cre:cr cym:cy cze:cs dan:da deu:de div:dv dut:nl "
    "dzo:dz ell:el eng:en epo:eo est:et eus:eu ewe:ee fao:fo fas:fa fij:fj fin:fi fra:fr fre:fr fry:fy "
    "ful:ff geo:ka ger:de gla:gd gle:ga glg:gl glv:gv gre:el grn:gn guj:gu hat:ht hau:ha hbs:sr-Latn "
    "heb:he her:hz hin:hi hmo:ho hrv:hr hun:hu hye:hy ibo:ig ice:is ido:io iii:ii iku:iu ile:ie ina:ia "
    "ind:id ipk:ik isl:is ita:it jav:jv jpn:ja kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk khm:km kik:ki "
    "kin:rw kir:ky kom:kv kon:kg kor:ko kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb "
    "lub:lu lug:lg mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mon:mn mri:mi msa:ms "
    "mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb nor:no nya:ny oci:oc oji:oj "
    "ori:or orm:om oss:os pan:pa per:fa pli:pi pol:pl por:pt prs:fa-AF pus:ps que:qu roh:rm ron:ro rum:ro "
    "run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl sme:se smo:sm sna:sn snd:sd som:so sot:st "
    "spa:es sqi:sq srd:sc srp:sr ssw:ss sun:su swa:sw swc:sw-CD swe:sv tah:ty tam:ta tat:tt tel:te tgk:tg "
    "tgl:fil tha:th tib:bo tir:ti ton:to tsn:tn tso:ts tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz "
    "ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo xho:xh yid:yi yor:yo zha:za zho:zh zul:zu "
)
"""Codes of ISO 639-2 and -3 for what has one of two letters."""

DEFAULT_SCRIPTS = (
    "Arab:apc,ar,arq,ary,arz,ckb,fa,ks,lah,ps,sd,skr,ug,ur Armn:hy Avst:ae Beng:as,bn,mni Cans:cr,iu "
    "Cyrl:ab,av,ba,be,bg,ce,cu,cv,kk,kv,ky,mk,mn,os,ru,sr,tg,tt,uk "
    "Deva:bho,brx,doi,gom,hi,kok,mai,mr,ne,sa Ethi:am,ti Geor:ka Grek:el Gujr:gu Guru:pa "
    "Hans:gan,hak,hsn,nan,wuu,zh Hant:yue Hebr:he,yi Jpan:ja Khmr:km Knda:kn Kore:ko Laoo:lo Mlym:ml "
    "Mymr:my,shn Olck:sat Orya:or Rohg:rhg Sinh:si Taml:ta Telu:te Thaa:dv Thai:th Tibt:bo,dz Yiii:ii "
)
"""The script that a language is likely written in, if it is not Latin."""

ELSEWHERE = (
    "az:Arab:IQ,IR az:Cyrl:RU ha:Arab:CM,SD kk:Arab:AF,CN,IR,MN ku:Arab:LB ky:Arab:CN ky:Latn:TR "
    "mn:Mong:CN ms:Arab:CC pa:Arab:PK sr:Latn:ME,RO,RU,TR tg:Arab:PK ug:Cyrl:KZ,MN uz:Arab:AF uz:Cyrl:CN "
    "yue:Hans:CN zh:Hant:AU,BN,GB,GF,HK,ID,MO,PA,PF,PH,SR,TH,TW,US,VN "
)
"""Regions in which a language is likely written in another script."""

PARENTS = (
    "aao:ar abh:ar abv:ar acm:ar acq:ar acw:ar acx:ar acy:ar adf:ar aeb:ar aec:ar afb:ar ajp:ar apc:ar "
    "apd:ar arq:ar ars:ar ary:ar arz:ar auz:ar avl:ar ayh:ar ayl:ar ayn:ar ayp:ar bbz:ar pga:ar shu:ar "
    "ssh:ar nn:no nb:no cdo:zh cjy:zh cnp:zh cpx:zh csp:zh czh:zh czo:zh gan:zh hak:zh hsn:zh lzh:zh "
    "mnp:zh nan:zh wuu:zh yue:zh "
)
"""Languages whose writers read another one, too: the macrolanguage, which is their prefix in RFC 5646 (`zh-yue`)."""
