from django.urls import path

from modules.santunan_kematian import portal
from modules.santunan_kematian.views import case, claims, money, numbering, reports, revoking, settings

app_name = "santunan_kematian"
urlpatterns = [
    path("", claims.claims, name="claims"),
    path("search/", claims.search, name="search"),
    path("export.xlsx", claims.export, name="export"),
    path("new/", claims.new, name="new"),
    path("preview/", claims.preview, name="preview"),
    path("claims/<str:number>/", case.case, name="case"),
    path("claims/<str:number>/form/", claims.change, name="change"),
    path("claims/<str:number>/steps/", case.step, name="step"),
    path("claims/<str:number>/reveals/", case.reveal, name="reveal"),
    path("claims/<str:number>/receipt/", case.receipt, name="receipt"),
    path("claims/<str:number>/survey/", case.survey, name="survey"),
    path("claims/<str:number>/handover/", money.handover, name="handover"),
    path("claims/<str:number>/documents/<uuid:uuid>/", case.document, name="document"),
    path("letters/<uuid:letter_uuid>/", case.letter, name="letter"),
    path("decrees/", money.decrees, name="decrees"),
    path("decrees/<int:decree>/revocation/", revoking.revocation, name="revocation"),
    path("payments/", money.payments, name="payments"),
    path("payments/<int:payment_list>/", money.payment_list, name="payment_list"),
    path("payments/<int:payment_list>/cancellation/", revoking.cancellation, name="cancellation"),
    path("payments/<int:payment_list>/bank.csv", money.bank_file, {"kind": "csv"}, name="bank_csv"),
    path("payments/<int:payment_list>/bank.xlsx", money.bank_file, {"kind": "xlsx"}, name="bank_xlsx"),
    path("reports/", reports.reports, name="reports"),
    path("reports/realisation.xlsx", reports.report_file, {"report": "realisation"}, name="realisation_xlsx"),
    path("reports/villages.xlsx", reports.report_file, {"report": "villages"}, name="villages_xlsx"),
    path("deaths/", reports.deaths, name="deaths"),
    path("deaths/list.xlsx", reports.death_file, name="death_file"),
    path("deaths/<int:report>/acknowledgement/", reports.acknowledgement, name="acknowledgement"),
    path("programme/", settings.programme, name="programme"),
    path("programme/unpaid/", revoking.unpaid, name="unpaid"),
    path("programme/numbers/", numbering.numbers, name="numbers"),
    path("programme/numbers/preview/", numbering.preview, name="numbers_preview"),
    path("programme/revision/", settings.revision, name="revision"),
    path("programme/<slug:code>/", settings.correction, name="correction"),
    path("register/", settings.register, name="register"),
    path("register/imports/<int:batch>/", settings.register_import, name="register_import"),
]
portal_urlpatterns = [path("", portal.about, name="about")]
