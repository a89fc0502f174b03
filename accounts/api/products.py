"""/api/products: what the business sells. The one place of prices."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.response import Response

from .. import products
from ..doors.strict import Money, Query, StrictSerializer
from ..doors.views import SETTINGS, BusinessViewSet, actor
from ..models import Product


class ProductOut(serializers.ModelSerializer):
    nameHi = serializers.CharField(source="name_hi")
    nameRoman = serializers.CharField(source="name_roman")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Product
        fields = [
            "id",
            "slug",
            "name",
            "nameHi",
            "nameRoman",
            "aliases",
            "unit",
            "price",
            "active",
            "position",
            "updatedAt",
        ]


class ProductIn(StrictSerializer):
    name = serializers.CharField(max_length=80)
    nameHi = serializers.CharField(source="name_hi", max_length=80, required=False, allow_blank=True)
    nameRoman = serializers.CharField(source="name_roman", max_length=80, required=False, allow_blank=True)
    aliases = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=50, required=False, allow_empty=True
    )
    unit = serializers.CharField(max_length=30)
    price = Money(help_text=f"{products.LEAST_PRICE} at least.")
    active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)


class ProductQuery(Query):
    active = serializers.BooleanField(required=False)
    search = serializers.CharField(required=False, max_length=80)


_GHEE = {"name": "Cow ghee", "unit": "500 g", "price": "390.00", "aliases": ["ghee", "ghi"]}


@extend_schema_view(
    list=extend_schema(operation_id="products_list", summary="Products, in the order of the list"),
    retrieve=extend_schema(operation_id="products_one", summary="One product"),
    create=extend_schema(
        operation_id="products_add",
        summary="Add a product",
        description="409 `product_exists` where there is one of this name and unit.",
        examples=[OpenApiExample("Ghee", _GHEE, request_only=True)],
    ),
    partial_update=extend_schema(operation_id="products_change", summary="Change a product"),
    destroy=extend_schema(operation_id="products_remove", summary="Remove a product"),
)
class Products(BusinessViewSet):
    section = "products"
    serializer_class = ProductOut
    input_class = ProductIn
    query = ProductQuery
    ordering = "position"
    body_limit = SETTINGS

    def get_queryset(self):
        rows = Product.objects.all()
        if (active := self.asked.get("active")) is not None:
            rows = rows.filter(active=active)
        if words := self.asked.get("search"):
            rows = rows.filter(name__icontains=words)
        return rows

    def list(self, request):
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ProductOut(page, many=True).data)

    def retrieve(self, request, pk):
        return Response(ProductOut(self.get_object()).data)

    def create(self, request):
        given = self.checked(ProductIn)
        product = products.add(request.business, actor=actor(request), **given)
        return Response(ProductOut(product).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request, pk):
        product = products.change(self.get_object(), actor=actor(request), **self.checked(ProductIn, partial=True))
        return Response(ProductOut(product).data)

    def destroy(self, request, pk):
        products.remove(self.get_object(), actor=actor(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
