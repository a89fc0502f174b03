"""/api/leads: who may buy. To be read only, for now."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.doors.strict import Query
from accounts.doors.views import BusinessViewSet
from conversations.api.conversations import Whose, whose

from ..models import Lead
from .shapes import LeadOut


class LeadQuery(Query):
    status = serializers.ChoiceField(Lead.Stage.values, required=False)
    owner = Whose(required=False)
    productInterest = serializers.CharField(required=False, max_length=200, help_text="The same words, in any case.")


class Leads(BusinessViewSet):
    section = "leads"
    serializer_class = LeadOut
    query = LeadQuery

    def get_queryset(self):
        rows = Lead.objects.select_related("contact", "owner", "business")
        if "status" in self.asked:
            rows = rows.filter(status=self.asked["status"])
        if "owner" in self.asked:
            rows = rows.filter(owner=whose(self.asked["owner"], self.request, "owner"))
        if "productInterest" in self.asked:
            rows = rows.filter(product_interest__iexact=self.asked["productInterest"]).exclude(product_interest="")
        return rows

    @extend_schema(operation_id="leads_list", summary="Leads, the newest first")
    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(LeadOut(page, many=True).data)

    @extend_schema(operation_id="leads_get", summary="One lead")
    def retrieve(self, request, pk):
        return Response(LeadOut(self.get_object()).data)
