"""What the codes of FA(3) mean, in words for the person who reads the invoice."""

from django.utils.translation import pgettext_lazy

KINDS = {
    "VAT": pgettext_lazy("invoice", "VAT invoice"),
    "KOR": pgettext_lazy("invoice", "Correction invoice"),
    "ZAL": pgettext_lazy("invoice", "Advance invoice"),
    "ROZ": pgettext_lazy("invoice", "Settling invoice"),
    "UPR": pgettext_lazy("invoice", "Simplified invoice"),
    "KOR_ZAL": pgettext_lazy("invoice", "Correction of an advance invoice"),
    "KOR_ROZ": pgettext_lazy("invoice", "Correction of a settling invoice"),
}

# Third parties, by Rola.
ROLES = {
    "1": pgettext_lazy("invoice", "Factor"),
    "2": pgettext_lazy("invoice", "Recipient"),
    "3": pgettext_lazy("invoice", "Original entity"),
    "4": pgettext_lazy("invoice", "Additional buyer"),
    "5": pgettext_lazy("invoice", "Issuer of the invoice"),
    "6": pgettext_lazy("invoice", "Payer"),
    "7": pgettext_lazy("invoice", "Issuing unit of a local government"),
    "8": pgettext_lazy("invoice", "Receiving unit of a local government"),
    "9": pgettext_lazy("invoice", "Issuing member of a VAT group"),
    "10": pgettext_lazy("invoice", "Receiving member of a VAT group"),
    "11": pgettext_lazy("invoice", "Employee"),
}

PAYMENT_FORMS = {
    "1": pgettext_lazy("invoice", "cash"),
    "2": pgettext_lazy("invoice", "card"),
    "3": pgettext_lazy("invoice", "voucher"),
    "4": pgettext_lazy("invoice", "cheque"),
    "5": pgettext_lazy("invoice", "credit"),
    "6": pgettext_lazy("invoice", "transfer"),
    "7": pgettext_lazy("invoice", "mobile payment"),
}

# The words that the VAT Act wants on the invoice, by the field that calls for them.
ANNOTATIONS = {
    "P_16": pgettext_lazy("invoice", "cash accounting method"),
    "P_17": pgettext_lazy("invoice", "self-billing"),
    "P_18": pgettext_lazy("invoice", "reverse charge"),
    "P_18A": pgettext_lazy("invoice", "split payment mechanism"),
    "P_19": pgettext_lazy("invoice", "exempt from VAT"),
    "P_22": pgettext_lazy("invoice", "intra-Community supply of new means of transport"),
    "P_23": pgettext_lazy("invoice", "VAT: simplified EC invoice under Articles 135–138 of the ptu Act"),
    "P_PMarzy_2": pgettext_lazy("invoice", "margin scheme for travel agents"),
    "P_PMarzy_3_1": pgettext_lazy("invoice", "margin scheme – second-hand goods"),
    "P_PMarzy_3_2": pgettext_lazy("invoice", "margin scheme – works of art"),
    "P_PMarzy_3_3": pgettext_lazy("invoice", "margin scheme – collectors' items and antiques"),
    "FP": pgettext_lazy("invoice", "invoice to a fiscal receipt (FP)"),
    "TP": pgettext_lazy("invoice", "related parties (TP)"),
}

RATES = {
    "0 KR": "0%",
    "0 WDT": "0% (WDT)",
    "0 EX": "0% (EX)",
    "zw": pgettext_lazy("invoice", "exempt"),
    "oo": pgettext_lazy("invoice", "reverse charge"),
    "np I": pgettext_lazy("invoice", "not subject to VAT"),
    "np II": pgettext_lazy("invoice", "not subject to VAT (art. 100)"),
}

# Rows of the summary that no rate names.
SLOTS = {
    "5": pgettext_lazy("invoice", "special procedure"),
    "11": pgettext_lazy("invoice", "margin scheme"),
}

EFFECTS = {
    "1": pgettext_lazy("invoice", "takes effect on the day the original invoice was entered"),
    "2": pgettext_lazy("invoice", "takes effect on the day this correction was issued"),
    "3": pgettext_lazy("invoice", "takes effect on another day"),
}

# Parts of the file that are told field by field.
PARTS = {
    "Zalacznik": pgettext_lazy("invoice", "Attachment"),
    "PodmiotUpowazniony": pgettext_lazy("invoice", "Authorised entity"),
    "WZ": pgettext_lazy("invoice", "Delivery notes"),
    "ZaliczkaCzesciowa": pgettext_lazy("invoice", "Part advances"),
    "NowySrodekTransportu": pgettext_lazy("invoice", "New means of transport"),
    "Skonto": pgettext_lazy("invoice", "Cash discount"),
    "LinkDoPlatnosci": pgettext_lazy("invoice", "Payment link"),
    "IPKSeF": pgettext_lazy("invoice", "KSeF payment identifier"),
    "Zamowienia": pgettext_lazy("invoice", "Orders"),
    "NrPartiiTowaru": pgettext_lazy("invoice", "Batch number"),
    "WarunkiDostawy": pgettext_lazy("invoice", "Terms of delivery"),
    "KursUmowny": pgettext_lazy("invoice", "Agreed exchange rate"),
    "WalutaUmowna": pgettext_lazy("invoice", "Agreed currency"),
    "Transport": pgettext_lazy("invoice", "Transport"),
    "other": pgettext_lazy("invoice", "Other fields"),
}
