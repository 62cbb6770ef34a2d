"""The kinds of pages a person meets, each by one address with real data. Not here: what they say."""

#: A name for files and failures → where to look.
SIGHTS = {
    "tong-quan": "/",
    "tong-quan-2020": "/?tinh-den=31/12/2020",
    "tong-quan-2013": "/?tinh-den=01/01/2013",
    "tong-quan-biet-den": "/?biet-den=01/06/2021",
    "tong-quan-ban-do": "/?ban-do=hien-nay",
    "doi-tac": "/thoa-thuan/",
    "doi-tac-nghe-an": "/thoa-thuan/nghe-an/",
    "doi-tac-quang-ngai": "/thoa-thuan/quang-ngai/",
    "doi-tac-nghe-an-2020": "/thoa-thuan/nghe-an/?tinh-den=30/12/2020",
    "doi-tac-chua-co-hang-muc": "/thoa-thuan/dien-bien/",
    "giai-doan": "/giai-doan/nghe-an-2014-2020/",
    "tong-ket": "/giai-doan/nghe-an-2014-2020/tong-ket/",
    "tong-ket-2025": "/giai-doan/nghe-an-2020-2025/tong-ket/?ket-qua=unfinished",
    "cac-giai-doan": "/giai-doan/",
    "so-lieu": "/so-lieu/",
    "so-lieu-khong-co": "/so-lieu/?standing=confirmed",
    "khac-nhau": "/khac-nhau/",
    "he-thong": "/he-thong/",
    "he-thong-ioffice": "/he-thong/ioffice/",
    "hang-muc-vnedu": "/hang-muc/quang-ngai-vnedu/",
    "hang-muc-vsr": "/hang-muc/nghe-an-vsr/",
    "cac-hang-muc": "/hang-muc/",
    "cac-trien-khai": "/hang-muc/?kind=deployment",
    "so-sanh": "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=nghe-an-2020-2025",
    "so-sanh-hai-doi-tac": "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=quang-ngai-2015-2020",
    "so-sanh-chon": "/so-sanh/",
    "thay-doi": "/thay-doi/",
    "su-kien": "/su-kien/",
    "nguon": "/nguon/",
    "nguon-bao-nghe-an": "/nguon/bao-nghe-an-2020/",
    "tra-cuu-trong": "/tra-cuu/",
    "tra-cuu": "/tra-cuu/?q=quang+ngai",
    "tra-cuu-mot-nhom": "/tra-cuu/?q=vnpt&nhom=deliverables",
    "tra-cuu-khong-thay": "/tra-cuu/?q=xyzzy",
    "dang-nhap": "/dang-nhap/",
    "loi-400": "/thoa-thuan/nghe-an/?tinh-den=31/02/2021",
    "loi-404": "/thoa-thuan/khong-co/",
}

#: Shown in docs/screenshots/.
PICTURES = {
    name: SIGHTS[name]
    for name in (
        "tong-quan",
        "tong-quan-2020",
        "doi-tac",
        "doi-tac-nghe-an",
        "giai-doan",
        "tong-ket",
        "he-thong",
        "he-thong-ioffice",
        "cac-hang-muc",
        "cac-giai-doan",
        "so-lieu",
        "khac-nhau",
        "so-sanh",
        "thay-doi",
        "hang-muc-vnedu",
        "hang-muc-vsr",
        "su-kien",
        "nguon",
        "nguon-bao-nghe-an",
        "tra-cuu",
        "dang-nhap",
        "loi-400",
    )
}

#: Pages of those who represent a side, with a demo account that does; shown in docs/screenshots/ too.
SIGNED_IN = {
    "viec-cua-toi": ("nghe-an", "/cong-viec/"),
    "bao-cao-so-lieu": ("nghe-an", "/hang-muc/nghe-an-vsr/bao-cao/"),
    "ky-bao-cao": ("nghe-an", "/giai-doan/nghe-an-2014-2020/ky/year-2020-1/"),
    "de-nghi-ky-ket": ("nghe-an", "/ky-ket/moi/nghe-an/"),
    "cho-xac-nhan-nguon": ("vnpt", "/cho-xac-nhan/?loai=nguon"),
    "quan-tri": ("quan-tri", "/quan-tri/agreements/system/"),
}
