"""An app's tables at once."""

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateModels(Operation):
    """Each of them as its CreateModel says, in this order.

    After a single CreateModel Django renders all models anew that are linked with it, and by their business all are: that
    was 1.8 of 4.2 s. After these it renders them once. Indexes and constraints are there when it is done, for
    SQL that needs them; Django leaves them to the end of the migration.
    """

    category = OperationCategory.ADDITION

    def __init__(self, *models: CreateModel):
        self.models = models

    def deconstruct(self):
        return type(self).__name__, list(self.models), {}

    def describe(self) -> str:
        return f"Create the models {', '.join(model.name for model in self.models)}"

    def state_forwards(self, app_label, state):
        state.is_delayed = True  # else the next line keeps what is rendered
        state.clear_delayed_apps_cache()
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)
        for statement in schema_editor.deferred_sql:
            schema_editor.execute(statement)
        schema_editor.deferred_sql.clear()

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)
