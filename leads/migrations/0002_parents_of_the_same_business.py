"""A lead's contact, and an event's lead, belong to the same business."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial"), ("conversations", "0002_parents_of_the_same_business")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE leads_lead ADD CONSTRAINT leads_lead_contact_id_same_business FOREIGN KEY (business_id, contact_id) "
            "REFERENCES conversations_contact (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE leads_lead DROP CONSTRAINT leads_lead_contact_id_same_business",
        ),
        migrations.RunSQL(
            "ALTER TABLE leads_leadevent ADD CONSTRAINT leads_leadevent_lead_id_same_business FOREIGN KEY (business_id, lead_id) "
            "REFERENCES leads_lead (business_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE leads_leadevent DROP CONSTRAINT leads_leadevent_lead_id_same_business",
        ),
    ]
