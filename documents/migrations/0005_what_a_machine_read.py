"""The words of a voice note, the beginning of a text file."""

from django.db import migrations, models


def _word(label: str, most: int) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", max_length=most, verbose_name=label)


def _added(name: str, field: models.Field) -> migrations.AddField:
    return migrations.AddField(model_name="document", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_kept_files")]

    operations = [
        _added("text", models.TextField(blank=True, db_default="", default="", verbose_name="read by a machine")),
        _added("read_by", _word("who read it", 120)),
        _added("read_why", _word("why it was not read", 40)),
        _added("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
        _added("read_attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
        _added("read_until", models.DateTimeField(blank=True, null=True)),
    ]
