from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "accounts.user_invited": _("mengundang pegawai %(subject)s"),
    "accounts.user_imported": _("mengundang pegawai %(subject)s dari berkas"),
    "accounts.invitation_resent": _("mengirim ulang undangan kepada pegawai %(subject)s"),
    "accounts.invitation_accepted": _("menerima undangan dan memilih kata sandi"),
    "accounts.password_changed": _("mengganti kata sandinya"),
    "accounts.token_created": _("masuk ke API dan menerima token"),
    "accounts.token_ended": _("mengakhiri token API"),
    "accounts.user_deactivated": _("menonaktifkan akun pegawai %(subject)s"),
    "accounts.user_reactivated": _("mengaktifkan kembali akun pegawai %(subject)s"),
    "accounts.second_factor_reset": _("menghapus faktor kedua pegawai %(subject)s"),
    "accounts.role_granted": _("memberi peran %(role)s kepada pegawai %(subject)s"),
    "accounts.role_revoked": _("mencabut peran %(role)s dari pegawai %(subject)s"),
    "accounts.role_created": _("membuat peran %(subject)s"),
    "accounts.role_changed": _("mengubah wewenang peran %(subject)s"),
    "accounts.role_extended": _("melengkapi peran %(subject)s dengan wewenang baru dari templatnya"),
    "accounts.role_deleted": _("menghapus peran %(subject)s"),
}
