from django.forms.renderers import TemplatesSetting


class RujukanRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` look the same on every page."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
