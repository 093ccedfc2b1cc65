from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "skm.questionnaire_shipped": _("menyiapkan kuesioner survei kepuasan %(subject)s"),
    "skm.answered": _("menilai layanan %(service)s"),
    "skm.report_computed": _("mengolah laporan survei kepuasan %(subject)s dari %(answers)s jawaban"),
    "skm.follow_up_planned": _("menulis tindak lanjut laporan survei kepuasan %(subject)s"),
    "skm.report_validated": _("mengesahkan laporan survei kepuasan %(subject)s"),
    "skm.report_published": _("menerbitkan laporan survei kepuasan %(subject)s"),
}
