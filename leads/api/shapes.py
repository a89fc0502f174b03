"""What a lead looks like to a program, and a conversation with its lead."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.api.shapes import ContactBrief, ConversationOut, PersonBrief

from ..models import Lead


class LeadBrief(serializers.ModelSerializer):
    productInterest = serializers.CharField(source="product_interest")

    class Meta:
        model = Lead
        fields = ["id", "status", "productInterest"]


class LeadOut(serializers.ModelSerializer):
    phone = serializers.CharField(source="contact.phone")
    contact = ContactBrief()
    productInterest = serializers.CharField(source="product_interest")
    currency = serializers.CharField(source="business.currency")
    owner = PersonBrief(allow_null=True)
    source = serializers.ChoiceField(["whatsapp", "ad", "post"])
    followUpAt = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Lead
        fields = [
            "id",
            "status",
            "phone",
            "contact",
            "productInterest",
            "value",
            "currency",
            "owner",
            "source",
            "referral",
            "score",
            "followUpAt",
            "createdAt",
            "updatedAt",
        ]

    @extend_schema_field(serializers.DateTimeField(allow_null=True, help_text="Null: there are no follow-ups yet."))
    def get_followUpAt(self, lead):
        return None


class ConversationWithLead(ConversationOut):
    lead = serializers.SerializerMethodField()

    class Meta(ConversationOut.Meta):
        fields = [*ConversationOut.Meta.fields, "lead"]

    @extend_schema_field(LeadBrief(allow_null=True))
    def get_lead(self, conversation):
        lead = getattr(conversation.contact, "lead", None)
        return LeadBrief(lead).data if lead else None
