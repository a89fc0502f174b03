"""A conversation that somebody marks as unread is told to the open pages. What a customer's message makes unread is told with the
message (0012_pokes), and the update that counts it moves last_inbound_seq.
"""

from django.db import migrations

_FUNCTION = """
    CREATE OR REPLACE FUNCTION poke_changed_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('pokes', concat_ws('|', business_id, 'state',
            CASE WHEN count(*) > 100 THEN 'many' ELSE string_agg(concat(conversation_id, ':', seq), ',') END))
        FROM (
            SELECT n.business_id, n.id AS conversation_id, 0 AS seq FROM news n JOIN olds o USING (id)
            WHERE n.unread < o.unread {marked}
               OR (n.state, n.owner, n.assignee_id, n.waiting_since, n.window_closed_seq, n.contact_id)
                IS DISTINCT FROM (o.state, o.owner, o.assignee_id, o.waiting_since, o.window_closed_seq, o.contact_id)
        ) AS changed GROUP BY business_id;
        RETURN NULL;
    END $$
"""
_MARKED = "OR (n.unread > o.unread AND n.last_inbound_seq = o.last_inbound_seq)"


class Migration(migrations.Migration):
    dependencies = [("conversations", "0014_pokes_of_the_teams_work")]

    operations = [migrations.RunSQL(_FUNCTION.format(marked=_MARKED), _FUNCTION.format(marked=""))]
