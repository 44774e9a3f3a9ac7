from typing import Any

from django.db import migrations, models

from portal.content.folding import fold


def fold_names(apps: Any, schema_editor: Any) -> None:
    customers = apps.get_model("customers", "Customer")
    for customer in customers.objects.filter(name_folded="").only("name").iterator():
        customers.objects.filter(pk=customer.pk).update(name_folded=fold(customer.name)[:220])


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="name_folded",
            field=models.CharField(db_index=True, default="", editable=False, max_length=220),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
