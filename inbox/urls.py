"""The agents' pages, under /inbox/."""

from django.urls import include, path

from . import acting, choices, composing, keeping, many, picker, starting, template_list, views, why

_AT = "<uuid:conversation_id>"

urlpatterns = [
    path("", views.index, name="inbox"),
    path("", include("inbox.live_urls")),
    path("bulk", many.many, name="inbox_bulk"),
    path("uploads", composing.upload, name="inbox_uploads"),
    path("replies", keeping.replies, name="inbox_replies"),
    path("replies/<uuid:reply_id>", keeping.reply, name="inbox_reply"),
    path("labels", keeping.labels, name="inbox_labels"),
    path("labels/<uuid:label_id>", keeping.label, name="inbox_label_row"),
    path("choices", choices.choose, name="inbox_choices"),
    path("new", starting.new, name="inbox_new"),
    path("templates", template_list.index, name="inbox_templates"),
    path("templates/<uuid:number_id>/fetch", template_list.fetch, name="inbox_templates_fetch"),
    path("templates/<uuid:template_id>/preview", picker.preview, name="inbox_template_preview"),
    path("<uuid:conversation_id>/templates", picker.picker, name="inbox_picker"),
    path(_AT, views.conversation, name="inbox_thread"),
    path(f"{_AT}/why/<uuid:message_id>", why.why, name="inbox_why"),
    path(f"{_AT}/live", views.live, name="inbox_live"),
    path(f"{_AT}/read", views.read, name="inbox_read"),
    path(f"{_AT}/unread", acting.unread, name="inbox_unread"),
    path(f"{_AT}/send", composing.send, name="inbox_send"),
    path(f"{_AT}/takeover", acting.take_over, name="inbox_takeover"),
    path(f"{_AT}/return", acting.return_to_bot, name="inbox_return"),
    path(f"{_AT}/assign", acting.assign, name="inbox_assign"),
    path(f"{_AT}/close", acting.close, name="inbox_close"),
    path(f"{_AT}/reopen", acting.reopen, name="inbox_reopen"),
    path(f"{_AT}/note", acting.note, name="inbox_note"),
    path(f"{_AT}/draft", composing.draft, name="inbox_draft"),
    path(f"{_AT}/label", acting.label, name="inbox_label"),
    path(f"{_AT}/name", acting.rename, name="inbox_rename"),
    path(f"{_AT}/proposal", acting.proposal, name="inbox_proposal"),
    path(f"{_AT}/block", acting.block, name="inbox_block"),
    path(f"{_AT}/resend", acting.resend, name="inbox_resend"),
    path(f"{_AT}/dismiss", acting.dismiss, name="inbox_dismiss"),
]
