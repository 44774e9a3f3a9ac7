from django.db import migrations, models

FIELDS = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    (
        "code",
        models.CharField(
            help_text="Letter for letter.", max_length=40, unique=True, verbose_name="as the billing system writes it"
        ),
    ),
    ("name", models.CharField(max_length=80, verbose_name="as customers read it")),
]


class Migration(migrations.Migration):
    dependencies = [("utility", "0002_topics_and_delivery")]

    operations = [
        migrations.CreateModel(
            name="TariffGroup",
            fields=FIELDS,
            options={
                "verbose_name": "tariff group",
                "verbose_name_plural": "tariff groups",
                "ordering": ["code"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WasteStream",
            fields=[(name, field.clone()) for name, field in FIELDS],
            options={
                "verbose_name": "waste stream",
                "verbose_name_plural": "waste streams",
                "ordering": ["code"],
                "abstract": False,
            },
        ),
    ]
