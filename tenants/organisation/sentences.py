from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "organisation.regions_seeded": _("mengisi %(villages)s desa dan kelurahan serta %(units)s unit"),
    "organisation.units_seeded": _("menambahkan %(units)s perangkat daerah baku"),
    "organisation.units_queued": _("meminta penyimpanan %(rows)s baris unit"),
    "organisation.unit_created": _("membuat unit %(subject)s"),
    "organisation.unit_changed": _("mengubah unit %(subject)s"),
    "organisation.unit_closed": _("menutup unit %(subject)s"),
    "organisation.unit_reopened": _("membuka kembali unit %(subject)s"),
    "organisation.units_imported": _("mengimpor unit: %(created)s baru, %(changed)s diubah"),
    "organisation.position_created": _("membuat jabatan %(position)s di unit %(unit)s"),
    "organisation.position_changed": _("mengubah jabatan %(position)s di unit %(unit)s"),
    "organisation.user_assigned": _("menempatkan pegawai nomor %(user)s sebagai %(position)s di unit %(unit)s"),
    "organisation.assignment_ended": _("mengakhiri penempatan pegawai nomor %(user)s sebagai %(position)s"),
    "organisation.holiday_added": _("menambahkan hari libur daerah %(date)s"),
    "organisation.holiday_removed": _("menghapus hari libur daerah %(date)s"),
    "organisation.office_hours_changed": _("mengubah jam kerja menjadi %(opens_at)s–%(closes_at)s"),
    "organisation.population_recorded": _("mencatat jumlah penduduk %(villages)s desa dan kelurahan"),
}
