"""/api/media: give a file that a message is to send."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from accounts.doors import throttling
from accounts.doors.strict import Known
from accounts.doors.views import AGENT, UPLOAD, BusinessView, actor

from .. import outgoing
from ..models import Document


class FileIn(Known):
    file = serializers.FileField(allow_empty_file=True, help_text="At most 16 MB, of a type that WhatsApp takes.")
    voice = serializers.BooleanField(
        required=False, default=False, help_text="A recording, to be sent as a voice message: it is converted."
    )


class DocumentOut(serializers.ModelSerializer):
    type = serializers.CharField(source="kind")
    mimeType = serializers.CharField(source="mime")
    note = serializers.CharField(source="sentence", help_text="What is to be known of it; else empty.")
    createdAt = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Document
        fields = ["id", "type", "mimeType", "name", "size", "voice", "note", "createdAt"]


class MediaUpload(BusinessView):
    section = "conversations"
    least = {"write": AGENT}
    parser_classes = [MultiPartParser]
    body_limit = UPLOAD
    limit = throttling.SENDS

    @extend_schema(
        operation_id="media_upload",
        tags=["conversations"],
        summary="Give a file to be sent",
        description=(
            "Its id goes into a message as `media.documentId`. Pictures are encoded anew, without what the camera wrote into "
            "them. What WhatsApp would refuse is refused here (400 `file_type`, `file_too_large`, `file_empty`), and so is "
            "what could do harm (`file_refused`). Kept for 30 days unless it is sent."
        ),
        request={"multipart/form-data": FileIn},
        responses={201: DocumentOut},
    )
    def post(self, request):
        if len(request.FILES) > 1 or len(request.FILES.getlist("file")) > 1:
            raise ValidationError({"file": [_("Give it once.")]})
        given = self.checked(FileIn)
        file = given["file"]
        document = outgoing.receive(
            request.business,
            file,
            file.name or "",
            by=actor(request),
            mime=file.content_type or "",
            voice=given["voice"],
        )
        return Response(DocumentOut(document).data, status=status.HTTP_201_CREATED)
