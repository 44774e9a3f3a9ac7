"""What the codes of FA(3) mean, in words for the person who reads the invoice."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "VAT": _("VAT invoice"),
    "KOR": _("Correction invoice"),
    "ZAL": _("Advance invoice"),
    "ROZ": _("Settling invoice"),
    "UPR": _("Simplified invoice"),
    "KOR_ZAL": _("Correction of an advance invoice"),
    "KOR_ROZ": _("Correction of a settling invoice"),
}

# Third parties, by Rola.
ROLES = {
    "1": _("Factor"),
    "2": _("Recipient"),
    "3": _("Original entity"),
    "4": _("Additional buyer"),
    "5": _("Issuer of the invoice"),
    "6": _("Payer"),
    "7": _("Issuing unit of a local government"),
    "8": _("Receiving unit of a local government"),
    "9": _("Issuing member of a VAT group"),
    "10": _("Receiving member of a VAT group"),
    "11": _("Employee"),
}

PAYMENT_FORMS = {
    "1": _("cash"),
    "2": _("card"),
    "3": _("voucher"),
    "4": _("cheque"),
    "5": _("credit"),
    "6": _("transfer"),
    "7": _("mobile payment"),
}

# The words that the VAT Act wants on the invoice, by the field that calls for them.
ANNOTATIONS = {
    "P_16": _("cash accounting method"),
    "P_17": _("self-billing"),
    "P_18": _("reverse charge"),
    "P_18A": _("split payment mechanism"),
    "P_19": _("exempt from VAT"),
    "P_22": _("intra-Community supply of new means of transport"),
    "P_23": _("VAT: simplified EC invoice under Articles 135–138 of the ptu Act"),
    "P_PMarzy_2": _("margin scheme for travel agents"),
    "P_PMarzy_3_1": _("margin scheme – second-hand goods"),
    "P_PMarzy_3_2": _("margin scheme – works of art"),
    "P_PMarzy_3_3": _("margin scheme – collectors' items and antiques"),
    "FP": _("invoice to a fiscal receipt (FP)"),
    "TP": _("related parties (TP)"),
}

RATES = {
    "0 KR": _("0%"),
    "0 WDT": _("0% (intra-Community supply)"),
    "0 EX": _("0% (export)"),
    "zw": _("exempt"),
    "oo": _("reverse charge"),
    "np I": _("not subject to VAT"),
    "np II": _("not subject to VAT (art. 100)"),
}

# Rows of the summary that no rate names.
SLOTS = {
    "5": _("special procedure"),
    "11": _("margin scheme"),
}

EFFECTS = {
    "1": _("takes effect on the day the original invoice was entered"),
    "2": _("takes effect on the day this correction was issued"),
    "3": _("takes effect on another day"),
}

LEFT_OUT = {
    "Zalacznik": _("the attachment"),
    "PodmiotUpowazniony": _("the authorised entity"),
    "WZ": _("delivery notes"),
    "ZaliczkaCzesciowa": _("part advances"),
    "NowySrodekTransportu": _("details of new means of transport"),
    "Skonto": _("the cash discount"),
    "LinkDoPlatnosci": _("the payment link"),
    "IPKSeF": _("the KSeF payment identifier"),
    "Zamowienia": _("orders"),
    "NrPartiiTowaru": _("batch numbers"),
    "WarunkiDostawy": _("terms of delivery"),
    "KursUmowny": _("the agreed exchange rate"),
    "Transport": _("details of the transport"),
}
