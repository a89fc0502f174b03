"""What a search reads: the words of messages and of contacts, in tables of their own.

They are no record but an index of records, made by conversations/indexing.py out of what stands here under "due"; so they are
no models. Triggers note what is due, since many statements write messages; a text that is changed or erased is found no
more from the moment of the change, and with a deleted row its words go (ON DELETE CASCADE). See docs/decisions/0013.
"""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db.migrations import RunSQL

TABLES = """
    CREATE TABLE conversations_messagewords (
        message_id uuid PRIMARY KEY REFERENCES conversations_message (id) ON DELETE CASCADE,
        conversation_id uuid NOT NULL,
        business_id uuid NOT NULL,
        at timestamptz NOT NULL,
        words tsvector NOT NULL  -- each with the business's mark before it (indexing.mark_of)
    );
    CREATE INDEX messagewords_newest ON conversations_messagewords (business_id, at DESC, message_id DESC);
    CREATE INDEX messagewords_words ON conversations_messagewords USING gin (words);

    CREATE TABLE conversations_contactwords (
        contact_id uuid PRIMARY KEY REFERENCES conversations_contact (id) ON DELETE CASCADE,
        business_id uuid NOT NULL,
        words text NOT NULL  -- a space before each, digits of the phone among them
    );
    CREATE INDEX contactwords_words ON conversations_contactwords USING gin (business_id, words gin_trgm_ops);

    CREATE TABLE conversations_messagedue (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id uuid NOT NULL
    );
    CREATE TABLE conversations_contactdue (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        contact_id uuid NOT NULL
    );
"""
WITHOUT_TABLES = """
    DROP TABLE conversations_messagewords, conversations_contactwords, conversations_messagedue, conversations_contactdue
"""

TRIGGERS = """
    CREATE FUNCTION conversations_messages_are_due() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO conversations_messagedue (message_id) SELECT id FROM fresh WHERE text <> '';
        RETURN NULL;
    END $$;
    CREATE TRIGGER messages_are_due AFTER INSERT ON conversations_message
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION conversations_messages_are_due();

    CREATE FUNCTION conversations_message_is_due_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM conversations_messagewords WHERE message_id = NEW.id;
        INSERT INTO conversations_messagedue (message_id) VALUES (NEW.id);  -- erased, too: an indexer may be at the old text
        RETURN NULL;
    END $$;
    CREATE TRIGGER message_is_due_again AFTER UPDATE OF text ON conversations_message
        FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION conversations_message_is_due_again();

    CREATE FUNCTION conversations_contacts_are_due() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO conversations_contactdue (contact_id) SELECT id FROM fresh;
        RETURN NULL;
    END $$;
    CREATE TRIGGER contacts_are_due AFTER INSERT ON conversations_contact
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION conversations_contacts_are_due();

    CREATE FUNCTION conversations_contact_is_due_again() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM conversations_contactwords WHERE contact_id = NEW.id;
        INSERT INTO conversations_contactdue (contact_id) VALUES (NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER contact_is_due_again AFTER UPDATE OF name, profile_name, username, phone, email ON conversations_contact
        FOR EACH ROW WHEN (
            (OLD.name, OLD.profile_name, OLD.username, OLD.phone, OLD.email)
            IS DISTINCT FROM (NEW.name, NEW.profile_name, NEW.username, NEW.phone, NEW.email)
        ) EXECUTE FUNCTION conversations_contact_is_due_again();
"""
WITHOUT_TRIGGERS = """
    DROP TRIGGER messages_are_due ON conversations_message;
    DROP TRIGGER message_is_due_again ON conversations_message;
    DROP TRIGGER contacts_are_due ON conversations_contact;
    DROP TRIGGER contact_is_due_again ON conversations_contact;
    DROP FUNCTION conversations_messages_are_due, conversations_message_is_due_again,
        conversations_contacts_are_due, conversations_contact_is_due_again
"""

OPERATIONS = [BtreeGinExtension(), RunSQL(TABLES, WITHOUT_TABLES), RunSQL(TRIGGERS, WITHOUT_TRIGGERS)]
