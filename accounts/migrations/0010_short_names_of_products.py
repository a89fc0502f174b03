"""A product has a short name, by which texts ask for its price."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_auto_return_and_blue_ticks")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="slug",
            field=models.SlugField(
                blank=True,
                db_default="",
                db_index=False,
                editable=False,
                help_text="In answers: {price:short-name} is its price, {total:short-name*3} the sum for three.",
                max_length=80,
                verbose_name="short name",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(
                condition=~models.Q(slug=""), fields=("business", "slug"), name="product_slug_once"
            ),
        ),
    ]
