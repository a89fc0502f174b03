"""/api/contacts: the customers of a business."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.doors.strict import Query, StrictSerializer
from accounts.doors.views import AGENT, VIEWER, BusinessViewSet, actor

from .. import blocking, contacts, search
from ..models import Contact, Identity
from .conversations import digits_of
from .shapes import ContactOut


class ContactQuery(Query):
    search = serializers.CharField(
        required=False, max_length=200, help_text="Words or digits of the name, phone, username or e-mail."
    )
    phone = serializers.CharField(required=False, max_length=40, help_text="The whole number, with its country code.")
    optedOut = serializers.BooleanField(required=False, help_text="Has stopped marketing.")
    blocked = serializers.BooleanField(required=False)


class ContactIn(StrictSerializer):
    name = serializers.CharField(max_length=200, allow_blank=True, required=False, help_text="Empty: WhatsApp's.")
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)


class OptInIn(StrictSerializer):
    how = serializers.CharField(max_length=200, help_text="How the customer gave the permission.")


class OptOutIn(StrictSerializer):
    how = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="How they said it.")


class Contacts(BusinessViewSet):
    section = "contacts"
    least = {"read": VIEWER, "write": AGENT}
    serializer_class = ContactOut
    query = ContactQuery

    def get_queryset(self):
        rows = Contact.objects.all()
        if words := self.asked.get("search"):
            rows = rows.filter(pk__in=search.contacts_with(words))
        if "phone" in self.asked:
            known = Identity.objects.filter(kind=Identity.Kind.PHONE, value=digits_of(self.asked["phone"]))
            rows = rows.filter(pk__in=known.values("contact"))
        if "optedOut" in self.asked:
            rows = rows.filter(opted_out_at__isnull=not self.asked["optedOut"])
        if "blocked" in self.asked:
            rows = rows.filter(blocked_at__isnull=not self.asked["blocked"])
        return rows

    @extend_schema(operation_id="contacts_list", summary="Contacts, the newest first")
    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ContactOut(page, many=True).data)

    @extend_schema(operation_id="contacts_get", summary="One contact")
    def retrieve(self, request, pk):
        return Response(ContactOut(self.get_object()).data)

    @extend_schema(
        operation_id="contacts_change",
        summary="Change a contact's name or e-mail address",
        request=ContactIn,
    )
    def partial_update(self, request, pk):
        given = self.checked(ContactIn)
        return Response(ContactOut(contacts.change(self.get_object(), actor=actor(request), **given)).data)

    @extend_schema(
        operation_id="contacts_opt_out",
        summary="Record that the customer wants no marketing and no reminders",
        request=OptOutIn,
    )
    @action(detail=True, methods=["post"], url_path="opt-out")
    def opt_out(self, request, pk):
        return self._note(allowed=False, how=self.checked(OptOutIn).get("how", ""))

    @extend_schema(
        operation_id="contacts_opt_in",
        summary="Record that the customer allows marketing, and how they said so",
        request=OptInIn,
    )
    @action(detail=True, methods=["post"], url_path="opt-in")
    def opt_in(self, request, pk):
        return self._note(allowed=True, how=self.checked(OptInIn)["how"])

    @extend_schema(
        operation_id="contacts_block",
        summary="Block a customer",
        description="Their conversations are closed; what they write is kept, and neither answered nor told to anybody.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def block(self, request, pk):
        self.checked(StrictSerializer)
        contact = self.get_object()
        blocking.block(contact, by=actor(request), now=timezone.now())
        return Response(ContactOut(contact).data)

    @extend_schema(
        operation_id="contacts_unblock",
        summary="Unblock a customer: their next message opens a new conversation",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def unblock(self, request, pk):
        self.checked(StrictSerializer)
        contact = self.get_object()
        blocking.unblock(contact, by=actor(request), now=timezone.now())
        return Response(ContactOut(contact).data)

    def _note(self, *, allowed: bool, how: str):
        contact = contacts.note_consent(
            self.get_object(), allowed=allowed, how=how, actor=actor(self.request), now=timezone.now()
        )
        return Response(ContactOut(contact).data)
