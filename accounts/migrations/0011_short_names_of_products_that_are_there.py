"""The products that there are get their short names, as new ones do."""

from collections import defaultdict

from django.db import migrations
from django.utils.text import slugify


def give(apps, schema_editor):
    products = apps.get_model("accounts", "Product")._base_manager.using(schema_editor.connection.alias)
    taken = defaultdict(set)
    for product in products.filter(slug="").order_by("business_id", "position", "name").iterator():
        name = next((made for made in map(slugify, (product.name, product.name_roman)) if made), "product")
        wanted = "-".join(filter(None, (name[:40].strip("-"), slugify(product.unit))))
        slug, number = wanted, 1
        while slug in taken[product.business_id]:
            number += 1
            slug = f"{wanted}-{number}"
        taken[product.business_id].add(slug)
        products.filter(pk=product.pk).update(slug=slug)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_short_names_of_products")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
