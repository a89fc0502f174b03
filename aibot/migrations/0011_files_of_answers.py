"""An answer carries a picture or a document, of its own business."""

import django.db.models.deletion
from django.db import migrations, models

_NAME = "aibot_answer_document_id_same_business"


class Migration(migrations.Migration):
    dependencies = [("aibot", "0010_questions_put_aside"), ("documents", "0004_kept_files")]

    operations = [
        migrations.AddField(
            "answer",
            "document",
            models.OneToOneField(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="documents.document",
                verbose_name="picture or document",
            ),
        ),
        migrations.RunSQL(
            f"ALTER TABLE aibot_answer ADD CONSTRAINT {_NAME} FOREIGN KEY (business_id, document_id) "
            "REFERENCES documents_document (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE aibot_answer DROP CONSTRAINT {_NAME}",
        ),
    ]
