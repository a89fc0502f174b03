"""An index for the filter of leads by what they are interested in, in any case."""

from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_parents_of_the_same_business")]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                models.F("business"),
                Upper("product_interest"),
                condition=models.Q(("product_interest", ""), _negated=True),
                name="leads_by_interest",
            ),
        ),
    ]
